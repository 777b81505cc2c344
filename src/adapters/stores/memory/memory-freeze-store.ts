import { isAboutChannel, isInForce } from "../../../domain/access/freeze.ts";
import type { Freeze } from "../../../domain/access/freeze.ts";
import type { FreezeStore } from "../../../ports/freeze-store.ts";

/** Freezes in memory. */
export function createMemoryFreezeStore(): FreezeStore {
  const freezes = new Map<string, Freeze>();
  return {
    async open(freeze) {
      freezes.set(freeze.id, freeze);
    },
    async lift(id, lifted) {
      const freeze = freezes.get(id);
      if (freeze === undefined) return null;
      const after = { ...freeze, lifted: freeze.lifted ?? lifted };
      freezes.set(id, after);
      return after;
    },
    list: async ({ id, now, about, limit }) =>
      [...freezes.values()]
        .filter((freeze) => id === undefined || freeze.id === id)
        .filter((freeze) => now === undefined || isInForce(freeze, now))
        .filter((freeze) => about === undefined || isAboutChannel(freeze, about))
        .toReversed()
        .slice(0, limit),
  };
}
