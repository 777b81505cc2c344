import { meetsChange } from "../../../domain/changes/change.ts";
import type { Change } from "../../../domain/changes/change.ts";
import type { ChangeStore } from "../../../ports/change-store.ts";

/** The record of changes in memory; beyond `most` the oldest is forgotten. */
export function createMemoryChangeStore(most: number): ChangeStore {
  const changes = new Map<string, Change>();
  return {
    async note(change) {
      if (changes.has(change.id)) return false;
      changes.set(change.id, change);
      const [oldest] = changes.keys();
      if (changes.size > most && oldest !== undefined) changes.delete(oldest);
      return true;
    },
    list: async ({ limit, ...wanted }) =>
      [...changes.values()]
        .filter((change) => meetsChange(change, wanted))
        .toSorted((one, other) => other.at - one.at || (one.id < other.id ? 1 : -1))
        .slice(0, limit),
    async expire(before) {
      for (const { id, at } of changes.values()) if (at < before) changes.delete(id);
    },
  };
}
