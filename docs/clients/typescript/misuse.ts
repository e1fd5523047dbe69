// Mistakes that the types have to find: the build fails if one of these lines compiles. Never run.

import type createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

declare const api: ReturnType<typeof createClient<paths>>;
declare const status: components["schemas"]["CapacityStatus"];
const path = { id: 9000001201 };
const { data } = await api.GET("/services/{id}/capacitystatus", { params: { path } });

// @ts-expect-error no such path
api.GET("/services/{id}/status", { params: { path } });
// @ts-expect-error the path needs its id
api.GET("/services/{id}/capacitystatus");
// @ts-expect-error an id is a number
api.GET("/services/{id}/capacitystatus", { params: { path: { id: "9000001201" } } });
// @ts-expect-error no such method of that path
api.POST("/services/{id}/capacitystatus", { params: { path }, body: { status: "RED" } });
// @ts-expect-error no such filter
api.GET("/services", { params: { query: { colour: "RED" } } });
// @ts-expect-error no such status
api.GET("/services", { params: { query: { status: ["PURPLE"] } } });
// @ts-expect-error an update needs a status
api.PUT("/services/{id}/capacitystatus", { params: { path }, body: { notes: "two hour wait" } });
// @ts-expect-error a deadline needs its minutes
api.PUT("/services/{id}/capacitystatus/deadline", { params: { path }, body: {} });
// @ts-expect-error after an error there is no status
export const shown: string = data.status;
// @ts-expect-error a status may have no deadline
export const deadline: string = status.resetDateTime;
// @ts-expect-error no such field: what a later version adds has no type yet
export const colour: string = status.colour;
