// Reads and updates statuses, and moves a deadline, with the client that hey-api's openapi-ts makes.
//
//     openapi-ts --input $API_URL/openapi.json --output hey-api && tsc
//     API_URL=… TOKEN=… node build/hey_api.js SERVICE_ID PARENT_ID

import {
    getCapacityStatus,
    getCapacityStatusHistory,
    listServices,
    updateCapacityStatus,
    updateDeadline,
    type CapacityStatus,
    type Rag,
    type ServicePage,
} from "./hey-api";
import { client } from "./hey-api/client.gen";

const [service, parent] = process.argv.slice(2).map(Number);
client.setConfig({ baseUrl: process.env.API_URL, auth: process.env.TOKEN });

function show({ status, resetDateTime, modifiedDate }: CapacityStatus): void {
    const minutes = resetDateTime && modifiedDate && (Date.parse(resetDateTime) - Date.parse(modifiedDate)) / 60_000;
    console.log(status, minutes ? `for ${minutes} minutes` : "without a deadline");
}

const path = { id: service };

async function read(): Promise<CapacityStatus> {
    const { data } = await getCapacityStatus({ path, throwOnError: true });
    return data;
}

/** The status with its entity tag. */
async function update(status: Rag, minutes: number): Promise<[CapacityStatus, string]> {
    const body = { status, resetStatusIn: minutes, reason: "STAFFING", notes: "two hour wait" };
    const { data, response } = await updateCapacityStatus({ path, body, throwOnError: true });
    return [data, response.headers.get("ETag") ?? ""];
}

async function main(): Promise<void> {
    show(await read());
    const [amber] = await update("AMBER", 30);
    show(await read());
    const [, tag] = await update("RED", 120);
    show(await read());
    const headers = { "If-Match": tag };
    const { data: moved } = await updateDeadline({ path, headers, body: { resetStatusIn: 90 }, throwOnError: true });
    show(moved);

    const found = { AMBER: 0, GREEN: 0, RED: 0 };
    let page: ServicePage | undefined;
    do {
        const query = { parentId: parent, status: ["RED", "AMBER", "GREEN"] as Rag[], limit: 2, cursor: page?.next };
        ({ data: page } = await listServices({ query, throwOnError: true }));
        for (const { status } of page.items) found[status]++;
    } while (page.next);
    console.log("list:", Object.entries(found).map(([status, count]) => `${count} ${status}`).join(" "));

    // It is the page or, with `at`, the status.
    const query = { from: amber.modifiedDate, to: moved.modifiedDate };
    const { data: history } = await getCapacityStatusHistory({ path, query, throwOnError: true });
    if (!("items" in history) || !Array.isArray(history.items)) throw new Error("no page");
    const [newest] = history.items;
    console.log("history:", newest.cause, newest.status, "after", newest.previousStatus, newest.reason);

    const { error } = await getCapacityStatus({ path: { id: 1 } });
    console.log("error:", error && "code" in error ? error.code : error);

    show((await update("GREEN", 0))[0]);
}

main();
