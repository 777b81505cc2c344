import { outputItems } from "../../../domain/call/output-items.ts";
import type { JsonObject } from "../../../domain/json.ts";
import type { FoundItems, ResponseStore, StoredResponse, WantedItems } from "../../../ports/response-store.ts";

/** Ids are unique within a key. */
const placeOf = (keyId: string, id: string): string => `${keyId}/${id}`;

/** The newest `maxResponses` in memory. */
export function createMemoryResponseStore(maxResponses: number): ResponseStore {
  const kept = new Map<string, StoredResponse>();
  return {
    async append(responses) {
      for (const response of responses) {
        const place = placeOf(response.keyId, response.id);
        if (!kept.has(place)) kept.set(place, response);
      }
      for (const place of kept.keys()) {
        if (kept.size <= maxResponses) break;
        kept.delete(place);
      }
    },
    async find(keyId, id, now) {
      const found = kept.get(placeOf(keyId, id));
      return found === undefined || found.expiresAt <= now ? null : found;
    },
    findItems: async (wanted) => itemsIn([...kept.values()], wanted),
    async delete(keyId, id) {
      return kept.delete(placeOf(keyId, id));
    },
    async expire(now) {
      for (const [place, { expiresAt }] of kept) if (expiresAt <= now) kept.delete(place);
    },
  };
}

function itemsIn(kept: readonly StoredResponse[], { keyId, ids, now, mostBytes }: WantedItems): FoundItems | null {
  const found = new Map<string, JsonObject>();
  const own = kept.filter((one) => one.keyId === keyId && one.expiresAt > now);
  let bytes = 0;
  for (const { response } of own.toSorted((left, right) => right.createdAt - left.createdAt)) {
    const items = outputItems(response);
    const here = ids.filter((id) => items.has(id) && !found.has(id));
    if (here.length === 0) continue;
    bytes += Buffer.byteLength(JSON.stringify([...items.values()]));
    if (bytes > mostBytes) return null;
    for (const id of here) found.set(id, items.get(id) as JsonObject);
  }
  return found;
}
