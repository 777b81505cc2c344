import { copyOf, madeAt } from "../../../domain/shadow/shadow-pair.ts";
import type { KeptShadowEntry } from "../../../domain/shadow/shadow-pair.ts";
import type { ShadowStore } from "../../../ports/shadow-store.ts";

/** Pairs of shadow stages in memory; the oldest stages make room when there are more than `maxEntries`. */
export function createMemoryShadowStore(maxEntries: number): ShadowStore {
  const stages = new Map<string, KeptShadowEntry[]>();
  let count = 0;
  const makeRoom = (): void => {
    for (const [rolloutId, entries] of stages) {
      if (count <= maxEntries || stages.size === 1) return;
      stages.delete(rolloutId);
      count -= entries.length;
    }
  };
  return {
    async append(entries, isRepeated = false) {
      for (const { rolloutId, ...entry } of entries) {
        const own = stages.get(rolloutId) ?? [];
        stages.set(rolloutId, own);
        if (isRepeated && own.some((kept) => copyOf(kept) === copyOf(entry))) continue;
        own.push({ position: (own.at(-1)?.position ?? 0) + 1, ...entry });
        count += 1;
      }
      makeRoom();
    },
    readAfter: async (rolloutId, position, limit) =>
      (stages.get(rolloutId) ?? []).filter((kept) => kept.position > position).slice(0, limit),
    async expire(before) {
      for (const [rolloutId, entries] of stages) {
        const left = entries.filter((entry) => madeAt(entry) >= before);
        count -= entries.length - left.length;
        if (left.length === 0) stages.delete(rolloutId);
        else stages.set(rolloutId, left);
      }
    },
  };
}
