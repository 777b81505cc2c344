import { describe, expect, test } from "vitest";
import { sha256Hex } from "../../src/kit/hash.ts";
import type { ProofStore } from "../../src/ports/proof-store.ts";
import { T0, uniqueName } from "./store-samples.ts";

/** A digest that no other test uses. */
const digest = (): string => sha256Hex(uniqueName("x"));

/** What every store of proofs must do. */
export function proofStoreContract(get: () => ProofStore): void {
  describe("as a store of proofs", () => {
    test("keeps a state only for who has read the last one", async () => {
      const state = { group: digest(), endpoint: uniqueName("bot"), text: "one", about: "new" };
      expect(await get().find(state.group, null)).toBeNull();
      expect(await get().save(state, null, T0)).toBe(true);
      expect(await get().save({ ...state, text: "late" }, null, T0)).toBe(false);
      expect(await get().find(state.group, null)).toEqual({ version: 1, text: "one" });
      expect(await get().save({ ...state, text: "two", about: "older" }, 1, T0)).toBe(true);
      expect(await get().save({ ...state, text: "stale" }, 1, T0)).toBe(false);
      expect(await get().find(state.group, 1)).toEqual({ version: 2, text: "two" });
      expect(await get().find(state.group, 2)).toBe("same");
      const { group, endpoint } = state;
      expect(await get().accounts()).toContainEqual({ group, endpoint, about: "older" });
    });

    test("of many that save at once, one does", async () => {
      const group = digest();
      const saved = await Promise.all(
        [1, 2, 3, 4, 5].map((text) => get().save({ group, endpoint: "bot", about: "", text: String(text) }, null, T0)),
      );
      expect(saved.filter(Boolean)).toHaveLength(1);
    });

    test("deletes what nobody has changed for long", async () => {
      const group = digest();
      await get().save({ group, endpoint: "bot", about: "", text: "old" }, null, T0 - 20);
      await get().expire(T0 - 20);
      expect(await get().find(group, null)).not.toBeNull();
      await get().expire(T0 - 10);
      expect(await get().find(group, null)).toBeNull();
    });
  });
}
