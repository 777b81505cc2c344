import { describe, expect, test } from "vitest";
import type { GateRunKey } from "../../src/ports/gate-run-store.ts";
import { newId, T0 } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const keyOf = (overrides: Partial<GateRunKey> = {}): GateRunKey => ({
  rolloutId: newId("rol"),
  gate: "tests",
  step: -1,
  attempt: 1,
  ...overrides,
});

const END = { standing: "passed", detail: "exit code 0", url: null, output: "fine\u0000", at: T0 + 9 } as const;

/** What every store of gate runs must do. */
export function gateRunStoreContract(get: GetStores): void {
  const claim = (key: GateRunKey, holder: string, holdMs = 60_000) =>
    get().gateRuns.claim(key, { holder, now: T0, holdMs });
  const extend = (key: GateRunKey, holder: string, holdMs = 60_000) =>
    get().gateRuns.extend(key, { holder, now: T0, holdMs });

  describe("as a store of gate runs", () => {
    test("gives a run to one of many that want it at once", async () => {
      const key = keyOf();
      const claims = await Promise.all(["a", "b", "c", "d", "e"].map((holder) => claim(key, holder)));
      expect(claims.filter((run) => run !== null)).toEqual([
        { ...key, starts: 1, beganAt: T0, endedAt: null, standing: null, detail: null, url: null, output: null },
      ]);
    });

    test("hands a run on when its holder is gone, and counts its starts", async () => {
      const key = keyOf();
      await claim(key, "a");
      expect(await claim(key, "b")).toBeNull();
      // Whoever holds it may begin it again.
      expect(await claim(key, "a")).toMatchObject({ starts: 2 });
      expect(await extend(key, "a", 0)).toBe(true);
      expect(await claim(key, "b")).toMatchObject({ starts: 3, beganAt: T0 });
      expect(await extend(key, "a")).toBe(false);
      // What the one before still finds out is not looked at.
      await get().gateRuns.end(key, "a", END);
      expect(await get().gateRuns.of(key.rolloutId)).toMatchObject([{ standing: null }]);
    });

    test("keeps one result, after which nobody runs it again", async () => {
      const key = keyOf();
      await claim(key, "a");
      await get().gateRuns.end(key, "a", END);
      await get().gateRuns.end(key, "a", { ...END, standing: "failed" });
      expect(await claim(key, "a")).toBeNull();
      expect(await extend(key, "a")).toBe(false);
      const [run] = await get().gateRuns.of(key.rolloutId);
      expect(run).toMatchObject({ standing: "passed", detail: "exit code 0", endedAt: T0 + 9 });
    });

    test("tells attempts, steps and rollouts apart", async () => {
      const key = keyOf();
      const others = [{ ...key, attempt: 2 }, { ...key, step: 2 }, { ...key, gate: "smoke" }, keyOf()];
      for (const one of [key, ...others]) expect(await claim(one, "a")).not.toBeNull();
      expect(await get().gateRuns.of(key.rolloutId)).toHaveLength(4);
      expect(await get().gateRuns.of(newId("rol"))).toEqual([]);
    });

    test("forgets the runs that ended before a time, and none that is under way", async () => {
      const [ended, running] = [keyOf(), keyOf()];
      for (const key of [ended, running]) await claim(key, "a");
      await get().gateRuns.end(ended, "a", { ...END, at: 1_000 });
      await get().gateRuns.expire(2_000);
      expect(await get().gateRuns.of(ended.rolloutId)).toEqual([]);
      expect(await get().gateRuns.of(running.rolloutId)).toHaveLength(1);
    });
  });
}
