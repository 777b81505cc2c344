import { RollwardError } from "../../domain/errors.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { StoredResponse } from "../../ports/response-store.ts";

const DEFAULT_LIMIT = 20;
const MOST = 100;

/**
 * The conversation before a response as the API lists it, in pages: the newest first unless `order` is `asc`, at most
 * `limit` (20, to 100), those after the id `after`. Throws `invalid_request` for anything else.
 */
export function inputItems({ input }: StoredResponse, query: Readonly<Record<string, unknown>>): JsonObject {
  const { limit = String(DEFAULT_LIMIT), order = "desc", after } = query;
  if (order !== "asc" && order !== "desc") throw invalid("order", "must be asc or desc");
  const most = typeof limit === "string" && /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (most < 1 || most > MOST) throw invalid("limit", `must be from 1 to ${MOST}`);
  const items = input.map((item, index): JsonObject => ({ id: `item_${index}`, ...item }));
  const ordered = order === "asc" ? items : items.toReversed();
  const start = after === undefined ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && start === 0) throw invalid("after", "must be the id of an item");
  const data = ordered.slice(start, start + most);
  return {
    object: "list",
    data,
    first_id: data[0]?.["id"] ?? null,
    last_id: data.at(-1)?.["id"] ?? null,
    has_more: start + most < ordered.length,
  };
}

const invalid = (param: string, must: string): RollwardError =>
  new RollwardError("invalid_request", { reason: `\`${param}\` ${must}.`, param });
