import type { KeptShadowPair } from "../../../domain/shadow/shadow-pair.ts";
import type { ShadowStore } from "../../../ports/shadow-store.ts";

/** Pairs of shadow stages in memory; the oldest stages make room when there are more than `maxPairs`. */
export function createMemoryShadowStore(maxPairs: number): ShadowStore {
  const stages = new Map<string, KeptShadowPair[]>();
  let count = 0;
  const makeRoom = (): void => {
    for (const [rolloutId, pairs] of stages) {
      if (count <= maxPairs || stages.size === 1) return;
      stages.delete(rolloutId);
      count -= pairs.length;
    }
  };
  return {
    async append(pairs) {
      for (const { rolloutId, session, pair } of pairs) {
        const own = stages.get(rolloutId) ?? [];
        stages.set(rolloutId, own);
        own.push({ position: (own.at(-1)?.position ?? 0) + 1, session, pair });
        count += 1;
      }
      makeRoom();
    },
    readAfter: async (rolloutId, position, limit) =>
      (stages.get(rolloutId) ?? []).filter((kept) => kept.position > position).slice(0, limit),
    async expire(before) {
      for (const [rolloutId, pairs] of stages) {
        const left = pairs.filter(({ pair }) => pair.at >= before);
        count -= pairs.length - left.length;
        if (left.length === 0) stages.delete(rolloutId);
        else stages.set(rolloutId, left);
      }
    },
  };
}
