// Reads and updates statuses, and moves a deadline, with the client that openapi-generator makes for TypeScript (typescript-fetch).
//
//     openapi-generator-cli generate -i $API_URL/openapi.json -g typescript-fetch -o openapi-generator && tsc
//     API_URL=… TOKEN=… node build/openapi_generator.js SERVICE_ID PARENT_ID

import {
    CapacityStatusApi,
    Configuration,
    ResponseError,
    ServicesApi,
    instanceOfHistoryPage,
    type CapacityStatus,
    type Problem,
    type ServicePage,
    Rag,
} from "./openapi-generator";

const [service, parent] = process.argv.slice(2).map(Number);
const configuration = new Configuration({ basePath: process.env.API_URL, accessToken: process.env.TOKEN });
const statuses = new CapacityStatusApi(configuration);
const services = new ServicesApi(configuration);

function show({ status, resetDateTime, modifiedDate }: CapacityStatus): void {
    const minutes = resetDateTime && modifiedDate && (Number(resetDateTime) - Number(modifiedDate)) / 60_000;
    console.log(status, minutes ? `for ${minutes} minutes` : "without a deadline");
}

/** The status with its entity tag. */
async function update(status: Rag, minutes: number): Promise<[CapacityStatus, string]> {
    const statusUpdate = { status, resetStatusIn: minutes, reason: "STAFFING", notes: "two hour wait" };
    const answer = await statuses.updateCapacityStatusRaw({ id: service, statusUpdate });
    return [await answer.value(), answer.raw.headers.get("ETag") ?? ""];
}

async function main(): Promise<void> {
    const read = () => statuses.getCapacityStatus({ id: service });
    show(await read());
    const [amber] = await update(Rag.Amber, 30);
    show(await read());
    const [, ifMatch] = await update(Rag.Red, 120);
    show(await read());
    const moved = await statuses.updateDeadline({ id: service, ifMatch, deadlineUpdate: { resetStatusIn: 90 } });
    show(moved);

    const found = { AMBER: 0, GREEN: 0, RED: 0 };
    let page: ServicePage | undefined;
    do {
        const status = Object.values(Rag);
        page = await services.listServices({ parentId: parent, status, limit: 2, cursor: page?.next });
        for (const { status } of page.items) found[status]++;
    } while (page.next);
    console.log("list:", Object.entries(found).map(([status, count]) => `${count} ${status}`).join(" "));

    // It is the page or, with `at`, the status.
    const history = await statuses.getCapacityStatusHistory({
        id: service,
        from: amber.modifiedDate,
        to: moved.modifiedDate,
    });
    if (!instanceOfHistoryPage(history)) throw new Error("no page");
    const [newest] = history.items;
    console.log("history:", newest.cause, newest.status, "after", newest.previousStatus, newest.reason);

    // The classes of errors are made, but not used.
    const error: unknown = await statuses.getCapacityStatus({ id: 1 }).catch((error: unknown) => error);
    if (!(error instanceof ResponseError)) throw error;
    console.log("error:", ((await error.response.json()) as Problem).code);

    show((await update(Rag.Green, 0))[0]);
}

main();
