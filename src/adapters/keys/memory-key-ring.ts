import type { Key } from "../../domain/access/key.ts";
import type { KeyRing } from "../../ports/key-ring.ts";

/** Keys by id in memory, swapped whole. */
export function createMemoryKeyRing(): KeyRing {
  let keys: ReadonlyMap<string, Key> = new Map();
  return {
    byId: (id) => keys.get(id),
    replace(all) {
      keys = new Map(all.map((key) => [key.id, key]));
    },
  };
}
