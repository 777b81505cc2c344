import { describe, expect, test } from "vitest";
import { T0 } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

/** What every store of applied projects must do. */
export function projectStoreContract(get: GetStores): void {
  describe("as a project store", () => {
    test("remembers what was applied last, byte by byte", async () => {
      const first = { environment: "production", files: { "": "rollward.yaml" }, appliedAt: T0, author: "Ada" };
      await get().projects.save(first);
      expect(await get().projects.latest()).toEqual(first);
      // Earlier by the clock, later by its order: the order counts.
      const files = { "": "rollward.yaml", "rollward.yaml": "a: 1\r\n\t# ü 🔑 \u0000", "prompts/ü.md": "" };
      const second = { environment: "staging", files, appliedAt: T0 - 1, author: "Grace" };
      await get().projects.save(second);
      expect(await get().projects.latest()).toEqual(second);
    });
  });
}
