import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { spendBaseline } from "../spend/spend-anomaly.ts";
import { findCause } from "./find-cause.ts";
import type { PauseCondition } from "./pause-rule.ts";

const HOUR = Date.UTC(2026, 10, 21, 13);
const USD = 10n ** 12n;

const hour = (spentPico: bigint, sameHours: readonly bigint[] = []) =>
  ({ type: "hour", hour: HOUR, spentPico, baseline: spendBaseline(sameHours) }) as const;

describe("the cause of a stop", () => {
  test("an hour above its amount, and not one at it", () => {
    const condition: PauseCondition = { type: "hour-above", abovePico: 20n * USD };
    expect(findCause(condition, hour(20n * USD))).toBeNull();
    expect(findCause(condition, hour((2_140n * USD) / 100n))).toEqual({
      text: "has spent $21.40 in the hour since 13:00 UTC, above $20.00",
      endsAt: HOUR + 3_600_000,
    });
  });

  test("an hour many times as dear as usual, once it is known what is usual, and not for small change", () => {
    const condition: PauseCondition = { type: "hour-times-usual", times: 5, leastPico: USD };
    const usual = [2n * USD, 2n * USD, 2n * USD];
    expect(findCause(condition, hour(10n * USD, usual))).toBeNull();
    expect(findCause(condition, hour(11n * USD, usual))?.text).toBe(
      "has spent $11.00 in the hour since 13:00 UTC, 5.5 times the usual $2.00",
    );
    expect(findCause(condition, hour(11n * USD, usual.slice(1)))).toBeNull();
    const pennies = usual.map((each) => each / 1_000n);
    expect(findCause(condition, hour(USD - 1n, pennies))).toBeNull();
    expect(findCause(condition, hour(USD, pennies))?.text).toContain("500.0 times the usual $0.002");
  });

  test("a share of failed calls above the bound, of enough calls", () => {
    const condition: PauseCondition = { type: "errors-above", share: 0.5, withinMs: 300_000, leastCalls: 20 };
    const seen = (calls: number, failed: number) => findCause(condition, { type: "calls", calls, failed });
    expect([seen(19, 19), seen(20, 10)]).toEqual([null, null]);
    expect(seen(50, 34)).toEqual({
      text: "failed in 34 of 50 calls (68 %) within 5 min, above 50 %",
      endsAt: null,
    });
  });

  test("more of the same never unmakes a cause", () => {
    const spent = fc.bigInt({ min: 0n, max: 10n ** 20n });
    fc.assert(
      fc.property(spent, spent, spent, (abovePico, one, more) => {
        const condition: PauseCondition = { type: "hour-above", abovePico };
        if (findCause(condition, hour(one)) !== null) expect(findCause(condition, hour(one + more))).not.toBeNull();
      }),
    );
    const count = fc.nat({ max: 100_000 });
    fc.assert(
      fc.property(count, count, fc.double({ min: 0, max: 0.999, noNaN: true }), (calls, failed, share) => {
        const condition: PauseCondition = { type: "errors-above", share, withinMs: 60_000, leastCalls: 1 };
        const seen = { type: "calls", calls: calls + failed, failed } as const;
        if (findCause(condition, seen) === null) return;
        expect(findCause(condition, { ...seen, calls: seen.calls + 1, failed: failed + 1 })).not.toBeNull();
      }),
    );
  });
});
