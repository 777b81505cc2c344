import { describe, expect, test } from "vitest";
import type { Key } from "../../src/domain/access/key.ts";
import { newId, T0 } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const keyOf = (overrides: Partial<Key> = {}): Key => ({
  id: newId("key"),
  name: "Ada's key 🔑",
  scopes: ["inference", "direct"],
  endpoints: ["support-bot"],
  secretHash: "a".repeat(64),
  createdAt: T0,
  expiresAt: T0 + 1_000,
  revokedAt: null,
  ...overrides,
});

/** What every store of keys must do. */
export function keyStoreContract(get: GetStores): void {
  describe("as a key store", () => {
    test("lists keys as they were created, in that order", async () => {
      const keys = [
        keyOf(),
        keyOf({ endpoints: null, expiresAt: null, scopes: ["admin"], environment: "staging" }),
        keyOf({ endpoints: [], roles: ["approver", "release-board"] }),
      ];
      for (const key of keys) await get().keys.create(key);
      const ids = keys.map(({ id }) => id);
      expect((await get().keys.list()).filter(({ id }) => ids.includes(id))).toEqual(keys);
    });

    test("takes an id once and any name", async () => {
      const key = keyOf({ name: "\u0000" });
      await get().keys.create(key);
      await expect(get().keys.create(key)).rejects.toThrow(/exists already|duplicate key/);
      expect((await get().keys.list()).filter(({ id }) => id === key.id)).toHaveLength(1);
    });

    test("revokes once and keeps the first time", async () => {
      const key = keyOf();
      await get().keys.create(key);
      expect(await get().keys.revoke(key.id, T0 + 5)).toEqual({ ...key, revokedAt: T0 + 5 });
      expect(await get().keys.revoke(key.id, T0 + 9)).toEqual({ ...key, revokedAt: T0 + 5 });
      expect((await get().keys.list()).find(({ id }) => id === key.id)?.revokedAt).toBe(T0 + 5);
      expect(await get().keys.revoke("key_nobody", T0)).toBeNull();
    });
  });
}
