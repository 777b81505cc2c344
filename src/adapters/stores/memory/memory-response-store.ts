import type { ResponseStore, StoredResponse } from "../../../ports/response-store.ts";

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
    async delete(keyId, id) {
      return kept.delete(placeOf(keyId, id));
    },
    async expire(now) {
      for (const [place, { expiresAt }] of kept) if (expiresAt <= now) kept.delete(place);
    },
  };
}
