import type { Json, JsonObject } from "../json.ts";
import { isObject } from "../object-in.ts";

/** Far more than an answer has; what comes behind them cannot be referred to. */
const MOST_ITEMS = 1_000;

/** The items of a response of the Responses API that can be referred to, by their ids. */
export function outputItems(response: JsonObject): ReadonlyMap<string, JsonObject> {
  const output = response["output"];
  const items = new Map<string, JsonObject>();
  if (!Array.isArray(output)) return items;
  for (const item of output as readonly Json[]) {
    if (items.size === MOST_ITEMS) break;
    if (!isObject(item)) continue;
    const { id } = item;
    if (typeof id === "string" && id !== "") items.set(id, item);
  }
  return items;
}
