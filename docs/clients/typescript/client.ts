// A client of the Capacity Status API with openapi-fetch: docs/clients.md says why it does what it does.
//
//     npm ci && npm run build
//     API_URL=… TOKEN_URL=… CLIENT_ID=… CLIENT_SECRET=… node build/client.js SERVICE_ID

import { setTimeout as sleep } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type CapacityStatus = components["schemas"]["CapacityStatus"];
type StatusUpdate = components["schemas"]["StatusUpdate"];
type DeadlineUpdate = components["schemas"]["DeadlineUpdate"];
type Failure = components["schemas"]["Problem"] | components["schemas"]["GatewayMessage"];

/** A status with its entity tag. */
interface Known {
    body: CapacityStatus;
    tag: string;
    replayed: boolean;
}

function isProblem(failure: Failure | undefined): failure is components["schemas"]["Problem"] {
    return typeof failure === "object" && "code" in failure;
}

/** An answer that is no success. It says nothing about a status, least of all that it is GREEN. */
class Problem extends Error {
    readonly code: string;
    readonly errors: components["schemas"]["FieldError"][];

    constructor(response: Response, failure: Failure | undefined) {
        // What stands between may answer something else than JSON, and the gateway's answers have no code.
        const problem = isProblem(failure) ? failure : undefined;
        const request = response.headers.get("X-Request-ID") ?? "";
        super(`status ${response.status}, ${problem?.code ?? JSON.stringify(failure)}, request ${request}`);
        this.code = problem?.code ?? "";
        this.errors = problem?.errors ?? [];
    }
}

const TIMEOUT = 30_000;
const ATTEMPTS = 5;
const MAY_PASS = [429, 503];

function setting(name: string): string {
    const value = process.env[name];
    if (value === undefined) throw new Error(`${name} is not set`);
    return value;
}

let authorization = "";

async function signIn(): Promise<void> {
    const credentials = Buffer.from(`${setting("CLIENT_ID")}:${setting("CLIENT_SECRET")}`);
    const response = await fetch(setting("TOKEN_URL"), {
        method: "POST",
        headers: { Authorization: `Basic ${credentials.toString("base64")}` },
        body: new URLSearchParams({ grant_type: "client_credentials" }),
        signal: AbortSignal.timeout(TIMEOUT),
    });
    if (!response.ok) throw new Error(`no token: ${response.status}`);
    const token = (await response.json()) as { access_token: string };
    authorization = `Bearer ${token.access_token}`;
}

/** A conflict says when to try again. A status without a deadline still has none the next time. */
function mayPass({ status, headers }: Response): boolean {
    return MAY_PASS.includes(status) || (status === 409 && headers.has("Retry-After"));
}

/**
 * Tries what may pass by itself five times. An update comes with its Idempotency-Key, so it can be sent
 * again whatever became of the answer.
 */
async function persistent(request: Request): Promise<Response> {
    let signedIn = false;
    for (let attempt = 1; ; attempt++) {
        const last = attempt === ATTEMPTS;
        request.headers.set("Authorization", authorization);
        const response = await fetch(request.clone(), { signal: AbortSignal.timeout(TIMEOUT) }).catch(
            (error: unknown) => {
                if (last) throw error;
            },
        );
        if (response?.status === 401 && !signedIn && !last) {
            signedIn = true;
            await signIn();
        } else if ((!response || mayPass(response)) && !last) {
            await sleep(1000 * Number(response?.headers.get("Retry-After") ?? attempt));
        } else if (response) {
            return response;
        }
    }
}

const api = createClient<paths>({
    baseUrl: setting("API_URL"),
    fetch: persistent,
});

/**
 * The services that this client may update and that are not full. A page may be short or empty; the last
 * one is the one without `next`.
 */
async function* services() {
    let cursor: string | undefined;
    do {
        const { data, error, response } = await api.GET("/services", {
            params: { query: { editable: true, status: ["GREEN", "AMBER"], limit: 10, cursor } },
        });
        if (!data) throw new Problem(response, error);
        yield* data.items;
        cursor = data.next;
    } while (cursor);
}

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
    for await (const _ of services()) count++;
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
