import { describe, expect, test } from "vitest";
import type { ServerKeyStore } from "../../src/ports/server-key-store.ts";
import { T0, uniqueName } from "./store-samples.ts";

/** What every store of the server's key must do. The store is shared: what another test kept stays. */
export function serverKeyStoreContract(get: () => ServerKeyStore): void {
  describe("as a store of the server's key", () => {
    test("keeps the first key that it is given, whoever comes later", async () => {
      const first = await get().keep(uniqueName("key"), T0);
      expect(await get().keep(uniqueName("other"), T0 + 1)).toBe(first);
      expect(await get().find()).toBe(first);
    });

    test("gives one key to all that ask at the same moment", async () => {
      const kept = await Promise.all([1, 2, 3, 4].map(() => get().keep(uniqueName("key"), T0)));
      expect(new Set(kept).size).toBe(1);
    });
  });
}
