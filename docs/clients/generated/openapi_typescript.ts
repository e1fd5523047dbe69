// Reads and updates statuses, and moves a deadline, with openapi-fetch and the types that openapi-typescript makes.
//
//     openapi-typescript $API_URL/openapi.json --output openapi-typescript.d.ts && tsc
//     API_URL=… TOKEN=… node build/openapi_typescript.js SERVICE_ID PARENT_ID

import createClient from "openapi-fetch";
import type { components, paths } from "./openapi-typescript";

type CapacityStatus = components["schemas"]["CapacityStatus"];
type Rag = components["schemas"]["Rag"];

const [service, parent] = process.argv.slice(2).map(Number);
const headers = { Authorization: `Bearer ${process.env.TOKEN}` };
const api = createClient<paths>({ baseUrl: process.env.API_URL, headers });

function show({ status, resetDateTime, modifiedDate }: CapacityStatus): void {
    const minutes = resetDateTime && modifiedDate && (Date.parse(resetDateTime) - Date.parse(modifiedDate)) / 60_000;
    console.log(status, minutes ? `for ${minutes} minutes` : "without a deadline");
}

const path = { id: service };

async function read(): Promise<CapacityStatus> {
    const { data, error } = await api.GET("/services/{id}/capacitystatus", { params: { path } });
    if (!data) throw error;
    return data;
}

/** The status with its entity tag. */
async function update(status: Rag, minutes: number): Promise<[CapacityStatus, string]> {
    const body = { status, resetStatusIn: minutes, reason: "STAFFING", notes: "two hour wait" };
    const { data, error, response } = await api.PUT("/services/{id}/capacitystatus", { params: { path }, body });
    if (!data) throw error;
    return [data, response.headers.get("ETag") ?? ""];
}

async function moveDeadline(tag: string, minutes: number): Promise<CapacityStatus> {
    const { data, error } = await api.PUT("/services/{id}/capacitystatus/deadline", {
        params: { path, header: { "If-Match": tag } },
        body: { resetStatusIn: minutes },
    });
    if (!data) throw error;
    return data;
}

async function main(): Promise<void> {
    show(await read());
    const [amber] = await update("AMBER", 30);
    show(await read());
    const [, tag] = await update("RED", 120);
    show(await read());
    const moved = await moveDeadline(tag, 90);
    show(moved);

    const found = { AMBER: 0, GREEN: 0, RED: 0 };
    let page: components["schemas"]["ServicePage"] | undefined;
    do {
        const query = { parentId: parent, status: ["RED", "AMBER", "GREEN"] as Rag[], limit: 2, cursor: page?.next };
        const { data, error } = await api.GET("/services", { params: { query } });
        if (!data) throw error;
        for (const { status } of data.items) found[status]++;
        page = data;
    } while (page.next);
    console.log("list:", Object.entries(found).map(([status, count]) => `${count} ${status}`).join(" "));

    // It is the page or, with `at`, the status.
    const { data: history } = await api.GET("/services/{id}/capacitystatus/history", {
        params: { path, query: { from: amber.modifiedDate, to: moved.modifiedDate } },
    });
    if (!history || !("items" in history) || !Array.isArray(history.items)) throw new Error("no page");
    const [newest] = history.items;
    console.log("history:", newest.cause, newest.status, "after", newest.previousStatus, newest.reason);

    const { error } = await api.GET("/services/{id}/capacitystatus", { params: { path: { id: 1 } } });
    console.log("error:", error && "code" in error ? error.code : error);

    show((await update("GREEN", 0))[0]);
}

main();
