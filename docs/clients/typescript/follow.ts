// Follows a region with openapi-fetch: docs/clients.md says why it does what it does.
//
//     npm ci && npm run build
//     API_URL=… TOKEN_URL=… CLIENT_ID=… CLIENT_SECRET=… node build/follow.js REGION
//
// Prints each service's status, then each change, until Ctrl-C.

import { setTimeout as sleep } from "node:timers/promises";
import type { components } from "./api.js";
import { Problem, connect, pages, signIn } from "./connection.js";

type Changes = components["schemas"]["Changes"];
type Service = components["schemas"]["ListedService"];

// How long to wait after a poll that failed, in seconds.
const PAUSE = 10;
// Few and short attempts: what is shown gets old meanwhile.
const api = connect({ attempts: 2, timeout: 10_000 });

// The API can do nothing with the cursor.
const BEGIN_AGAIN = ["CURSOR_EXPIRED", "INVALID_CURSOR"];

/** A copy of a region's services. */
class Region {
    private cursor: string | undefined;
    private services = new Map<number, Service>();
    private unavailable = new Set<number>();

    constructor(private readonly region: number) {}

    /** Brings the copy up to date. Returns after how many seconds to poll again. */
    async poll(): Promise<number> {
        const changes = await this.changes();
        // The list is read after the cursor was taken: what changes meanwhile comes by the next poll.
        if (this.cursor === undefined || changes.resync) await this.readList();
        for (const service of changes.items) {
            this.services.set(service.id, service);
            this.unavailable.delete(service.id);
        }
        for (const id of changes.removed) {
            this.services.delete(id);
            this.unavailable.delete(id);
        }
        for (const id of changes.unavailable) this.unavailable.add(id);
        // Last: if anything before failed, the next poll begins where this one did.
        this.cursor = changes.cursor;
        return changes.pollAfterSeconds;
    }

    private async changes(): Promise<Changes> {
        const query = { region: this.region, cursor: this.cursor };
        const { data, error, response } = await api.GET("/changes", { params: { query } });
        if (data) return data;
        const problem = new Problem(response, error);
        if (this.cursor === undefined || !BEGIN_AGAIN.includes(problem.code)) throw problem;
        this.cursor = undefined;
        return this.changes();
    }

    private async readList(): Promise<void> {
        const [services, unavailable] = [new Map<number, Service>(), new Set<number>()];
        for await (const page of pages(api, { region: this.region, limit: 100 })) {
            for (const service of page.items) services.set(service.id, service);
            for (const id of page.unavailable ?? []) unavailable.add(id);
        }
        [this.services, this.unavailable] = [services, unavailable];
    }

    /** What to show now. */
    statuses(): Map<number, string> {
        const now = Date.now();
        const statuses = new Map<number, string>();
        for (const [id, service] of this.services) statuses.set(id, statusAt(now, service));
        for (const id of this.unavailable) statuses.set(id, "not known");
        return statuses;
    }
}

/** No poll tells in time that a deadline has passed, so this machine's clock must be right. */
function statusAt(now: number, { resetDateTime, status }: Service): string {
    return resetDateTime !== undefined && Date.parse(resetDateTime) <= now ? "GREEN" : status;
}

function show(shown: Map<number, string>, statuses: Map<number, string>): void {
    for (const id of new Set([...shown.keys(), ...statuses.keys()])) {
        const status = statuses.get(id) ?? "removed";
        if (status !== shown.get(id)) console.log(`${id}: ${status}`);
    }
}

async function main(number: number): Promise<void> {
    // Numbers above that would name another region.
    if (!Number.isSafeInteger(number)) throw new Error(`${number} cannot be held exactly`);
    await signIn();
    const region = new Region(number);
    let shown = new Map<number, string>();
    for (;;) {
        let pause = PAUSE;
        let statuses = new Map<number, string>();
        try {
            pause = await region.poll();
            statuses = region.statuses();
        } catch (error) {
            console.log(`${number}: not known: ${error instanceof Error ? error.message : error}`);
            // Whatever is shown next, is shown anew.
            shown = new Map();
        }
        show(shown, statuses);
        shown = statuses;
        await sleep(1000 * pause);
    }
}

await main(Number(process.argv[2]));
