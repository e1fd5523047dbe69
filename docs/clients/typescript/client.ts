// A client of the Capacity Status API with openapi-fetch: docs/clients.md says why it does what it does.
//
//     npm ci && npm run build
//     API_URL=… TOKEN_URL=… CLIENT_ID=… CLIENT_SECRET=… node build/client.js SERVICE_ID

import type { components } from "./api.js";
import { Problem, connect, pages, signIn } from "./connection.js";

type CapacityStatus = components["schemas"]["CapacityStatus"];
type StatusUpdate = components["schemas"]["StatusUpdate"];
type DeadlineUpdate = components["schemas"]["DeadlineUpdate"];

/** A status with its entity tag. */
interface Known {
    body: CapacityStatus;
    tag: string;
    replayed: boolean;
}

const api = connect({ attempts: 5, timeout: 30_000 });

/** The status as it is now: `known` itself if nothing has changed. */
async function read(id: number, known?: Known): Promise<Known> {
    const { data, error, response } = await api.GET("/services/{id}/capacitystatus", {
        params: { path: { id }, header: { "If-None-Match": known?.tag } },
    });
    if (known && response.status === 304) return known;
    if (!data) throw new Problem(response, error);
    return answered(data, response);
}

/** Applied once, and only if the status is still the known one. */
async function update(id: number, known: Known, key: string, body: StatusUpdate): Promise<Known> {
    const header = { "If-Match": known.tag, "Idempotency-Key": key };
    const { data, error, response } = await api.PUT("/services/{id}/capacitystatus", {
        params: { path: { id }, header },
        body,
    });
    if (!data) throw new Problem(response, error);
    return answered(data, response);
}

/**
 * That many minutes more than are left, with what is left rounded up. The deadline counts from now, so this machine's
 * clock must be right.
 */
async function extend(id: number, known: Known, key: string, minutes: number): Promise<Known> {
    const header = { "If-Match": known.tag, "Idempotency-Key": key };
    const left = Math.ceil((deadline(known) - Date.now()) / 60_000);
    const body: DeadlineUpdate = { resetStatusIn: left + minutes };
    const { data, error, response } = await api.PUT("/services/{id}/capacitystatus/deadline", {
        params: { path: { id }, header },
        body,
    });
    if (!data) throw new Problem(response, error);
    return answered(data, response);
}

/** In milliseconds. AMBER and RED always have one. */
function deadline({ body }: Known): number {
    if (body.resetDateTime === undefined) throw new Error(`${body.status} without a deadline`);
    return Date.parse(body.resetDateTime);
}

function answered(body: CapacityStatus, response: Response): Known {
    const tag = response.headers.get("ETag");
    if (!tag) throw new Problem(response, undefined);
    return { body, tag, replayed: response.headers.get("Idempotency-Replayed") === "true" };
}

/** What a problem of that code says; anything else is not expected here. */
async function problem(code: string, promise: Promise<unknown>): Promise<Problem> {
    const error = await promise.then(
        () => new Error(`${code} was expected`),
        (error: unknown) => error,
    );
    if (error instanceof Problem && error.code === code) return error;
    throw error;
}

async function main(id: number): Promise<void> {
    const say = (what: string) => console.log(`${id}: ${what}`);
    const words = ({ body: { status, reason }, replayed }: Known) =>
        [status, ...(reason ? [reason] : []), ...(replayed ? ["replayed"] : [])].join(", ");
    const show = (known: Known) => say(words(known));
    // Numbers above that would name another service.
    if (!Number.isSafeInteger(id)) throw new Error(`${id} cannot be held exactly`);

    await signIn();
    let count = 0;
    const notFull = pages(api, { editable: true, status: ["GREEN", "AMBER"], limit: 10 });
    for await (const { items } of notFull) count += items.length;
    console.log(`${count} services are not full`);

    let known = await read(id);
    show(known);
    // Nothing is sent while nothing changes.
    if ((await read(id, known)) === known) say("not modified");

    // One key for one update, however often it is sent.
    const key = crypto.randomUUID();
    const red: StatusUpdate = { status: "RED", resetStatusIn: 120, reason: "DEMAND", notes: "two hour wait" };
    for (let sent = 0; sent < 2; sent++) show(await update(id, known, key, red));

    // That tag is of the past now. Read again, decide again, and that is another update.
    const amber: StatusUpdate = { status: "AMBER" };
    const changed = await problem("PRECONDITION_FAILED", update(id, known, crypto.randomUUID(), amber));
    say(changed.code);
    known = await update(id, await read(id), crypto.randomUUID(), amber);
    show(known);

    // Still AMBER, and longer. What the user saw is extended, or nothing is.
    const extended = await extend(id, known, crypto.randomUUID(), 30);
    say(`${words(extended)}, ${Math.floor((deadline(extended) - deadline(known)) / 60_000)} minutes longer`);
    known = extended;

    // What is wrong with an update is said by codes, all at once.
    const purple: StatusUpdate = { status: "PURPLE", resetStatusIn: 1441 };
    const refused = await problem("VALIDATION_FAILED", update(id, known, crypto.randomUUID(), purple));
    const wrong = refused.errors.map(({ pointer, code }) => `${pointer} ${code}`);
    say(`${refused.code}: ${wrong.join(", ")}`);

    show(await update(id, known, crypto.randomUUID(), { status: "GREEN" }));
}

const id = process.argv[2];
await main(Number(id)).catch((error: unknown) => {
    console.error(`${id}: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
});
