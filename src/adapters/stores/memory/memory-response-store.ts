import type { ResponseStore, StoredResponse } from "../../../ports/response-store.ts";

/** The newest `maxResponses` in memory. */
export function createMemoryResponseStore(maxResponses: number): ResponseStore {
  const kept = new Map<string, StoredResponse>();
  return {
    async append(responses) {
      for (const response of responses) if (!kept.has(response.id)) kept.set(response.id, response);
      for (const id of kept.keys()) {
        if (kept.size <= maxResponses) break;
        kept.delete(id);
      }
    },
    async find(keyId, id, now) {
      const found = kept.get(id);
      return found === undefined || found.keyId !== keyId || found.expiresAt <= now ? null : found;
    },
    async delete(keyId, id) {
      return kept.get(id)?.keyId === keyId && kept.delete(id);
    },
    async expire(now) {
      for (const [id, { expiresAt }] of kept) if (expiresAt <= now) kept.delete(id);
    },
  };
}
