import { describe, expect, test } from "vitest";
import type { Stores } from "../../src/main/stores.ts";
import { newId, T0 } from "./store-samples.ts";

/** What every gauge of what is stored must do. */
export function storageGaugeContract(get: () => Stores): void {
  describe("as a gauge of storage", () => {
    test("names each class once, the largest first, and nothing below zero", async () => {
      const shares = await get().storage.measure();
      expect(new Set(shares.map((share) => share.storageClass)).size).toBe(shares.length);
      expect(shares.toSorted((one, other) => other.bytes - one.bytes)).toEqual(shares);
      expect(shares.filter(({ bytes, rows }) => bytes < 0 || (rows ?? 0) < 0)).toEqual([]);
    });

    test("knows the class of what is written, wherever that is on a disk", async () => {
      const { storage, keys, kind } = get();
      await keys.create({
        id: newId("key"),
        name: "for the gauge",
        scopes: ["inference"],
        endpoints: null,
        secretHash: "b".repeat(64),
        createdAt: T0,
        expiresAt: null,
        revokedAt: null,
      });
      const all = await storage.measure();
      if (kind !== "memory") expect(all.find(({ storageClass }) => storageClass === "other")?.rows).toBeGreaterThan(0);
      const classes = all.map(({ storageClass }) => storageClass);
      expect(classes.includes("other")).toBe(kind !== "memory");
      expect(classes.includes("facts")).toBe(kind !== "memory");
      expect(classes.includes("series")).toBe(kind !== "memory");
    });
  });
}
