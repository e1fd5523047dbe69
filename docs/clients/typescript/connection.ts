// How the clients reach the API: sign-in, retries, problems.

import { setTimeout as sleep } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Filters = NonNullable<paths["/services"]["get"]["parameters"]["query"]>;
type Failure = components["schemas"]["Problem"] | components["schemas"]["GatewayMessage"];

function isProblem(failure: Failure | undefined): failure is components["schemas"]["Problem"] {
    return typeof failure === "object" && "code" in failure;
}

/** An answer that is no success. It says nothing about a status, least of all that it is GREEN. */
export class Problem extends Error {
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

const MAY_PASS = [429, 503];

function setting(name: string): string {
    const value = process.env[name];
    if (value === undefined) throw new Error(`${name} is not set`);
    return value;
}

let authorization = "";

export async function signIn(): Promise<void> {
    const credentials = Buffer.from(`${setting("CLIENT_ID")}:${setting("CLIENT_SECRET")}`);
    const response = await fetch(setting("TOKEN_URL"), {
        method: "POST",
        headers: { Authorization: `Basic ${credentials.toString("base64")}` },
        body: new URLSearchParams({ grant_type: "client_credentials" }),
        signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`no token: ${response.status}`);
    const token = (await response.json()) as { access_token: string };
    authorization = `Bearer ${token.access_token}`;
}

/** A conflict says when to try again. A status without a deadline still has none the next time. */
function mayPass({ status, headers }: Response): boolean {
    return MAY_PASS.includes(status) || (status === 409 && headers.has("Retry-After"));
}

/** How often to send a request, and how many milliseconds to wait for each answer. */
export interface Patience {
    attempts: number;
    timeout: number;
}

/**
 * Tries what may pass by itself several times. An update comes with its Idempotency-Key, so it can be sent
 * again whatever became of the answer.
 */
async function persistent(request: Request, { attempts, timeout }: Patience): Promise<Response> {
    let signedIn = false;
    for (let attempt = 1; ; attempt++) {
        const last = attempt === attempts;
        request.headers.set("Authorization", authorization);
        const response = await fetch(request.clone(), { signal: AbortSignal.timeout(timeout) }).catch(
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

export function connect(patience: Patience) {
    return createClient<paths>({
        baseUrl: setting("API_URL"),
        fetch: (request) => persistent(request, patience),
    });
}

/**
 * The list of the services that meet the filters. A page may be short or empty; the last one is the one without
 * `next`.
 */
export async function* pages(api: ReturnType<typeof connect>, filters: Filters) {
    let cursor: string | undefined;
    do {
        const query = { ...filters, cursor };
        const { data, error, response } = await api.GET("/services", { params: { query } });
        if (!data) throw new Problem(response, error);
        yield data;
        cursor = data.next;
    } while (cursor);
}
