import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countDuration } from "../series/histogram.ts";
import { openTally } from "../series/tally.ts";
import { budgetLeft, burnOf } from "./burn.ts";
import { burnFactor, DEFAULT_WINDOWS, lintWindows, SLO_PERIOD_MS } from "./slo.ts";
import type { Slo, SloIndicator } from "./slo.ts";

const HOUR = 3_600_000;

const sloOf = (indicator: SloIndicator, objective = 0.99): Slo => ({
  name: "s",
  description: null,
  endpoint: "bot",
  indicator,
  objective,
  periodMs: SLO_PERIOD_MS,
  windows: DEFAULT_WINDOWS,
  leastCount: 1,
  runbook: null,
  labels: {},
});

describe("the windows of a service level", () => {
  test.each([
    ["burn_rate_2pct_1h", 2, 1, 14.4],
    ["burn_rate_5pct_6h", 5, 6, 6],
    ["burn_rate_10pct_24h", 10, 24, 3],
    ["burn_rate_10pct_72h", 10, 72, 1],
  ])("have the published factor of the oracle %s", (...[, percent, hours, factor]) => {
    expect(burnFactor({ budgetShare: percent / 100, longMs: hours * HOUR }, 720 * HOUR)).toBeCloseTo(factor, 9);
  });

  test("are those of Sloth", () => {
    expect(
      DEFAULT_WINDOWS.map((window) => [
        window.name,
        Number(burnFactor(window, SLO_PERIOD_MS).toFixed(9)),
        window.longMs / HOUR,
        window.shortMs / HOUR,
      ]),
    ).toEqual([
      ["page-quick", 14.4, 1, 5 / 60],
      ["page-slow", 6, 6, 0.5],
      ["ticket-quick", 3, 24, 2],
      ["ticket-slow", 1, 72, 6],
    ]);
    expect(lintWindows(DEFAULT_WINDOWS, SLO_PERIOD_MS)).toEqual([]);
  });

  test("are refused where a slow burn would use the budget up without a word", () => {
    expect(lintWindows(DEFAULT_WINDOWS.slice(0, 3), SLO_PERIOD_MS)).toEqual([
      expect.stringContaining("3 times as fast as allowed"),
    ]);
    const upside = { ...(DEFAULT_WINDOWS[3] as (typeof DEFAULT_WINDOWS)[number]), shortMs: 72 * HOUR };
    expect(lintWindows([upside], SLO_PERIOD_MS)).toEqual([expect.stringContaining("not shorter")]);
  });
});

describe("a budget", () => {
  test("burns by the share of faults against what is allowed", () => {
    const tally = { ...openTally(), calls: 1_000, faults: 144, failed: 200 };
    expect(burnOf(sloOf({ type: "availability" }), tally, HOUR)).toEqual({
      total: 1_000,
      bad: 144,
      rate: expect.closeTo(14.4, 9) as number,
    });
    const standing = budgetLeft(sloOf({ type: "availability" }), { ...openTally(), calls: 1_000, faults: 5 });
    expect(standing).toMatchObject({ achieved: 0.995, left: expect.closeTo(0.5, 9) as number });
  });

  test("burns by what a budget or limit of all callers refuses, unless that is ignored", () => {
    const sharedRefusals = { "budget:company": 9, "limit:calls": 1 };
    const tally = { ...openTally(), calls: 1_000, failed: 30, faults: 5, sharedRefusals };
    expect(burnOf(sloOf({ type: "availability" }), tally, HOUR)).toMatchObject({ bad: 15 });
    expect(burnOf(sloOf({ type: "availability", ignoresRefusals: true }), tally, HOUR)).toMatchObject({ bad: 5 });
  });

  test("counts answers that took too long, and no failed ones", () => {
    const tally = { ...openTally(), calls: 12, faults: 2 };
    for (const ms of [100, 200, 400, 1_000, 1_000, 2_000, 4_000, 8_000, 9_000, 20_000])
      countDuration(tally.latency, ms);
    expect(burnOf(sloOf({ type: "latency", belowMs: 8_000 }, 0.9), tally, HOUR)).toEqual({
      total: 10,
      bad: 2,
      rate: expect.closeTo(2, 9) as number,
    });
  });

  test("counts judged answers below a score, in twentieths", () => {
    const judgedBy = Array.from({ length: 21 }, () => 0);
    // 0.65, 0.7, 0.95 and 1.
    for (const [bucket, count] of [
      [13, 3],
      [14, 5],
      [19, 1],
      [20, 1],
    ] as const)
      judgedBy[bucket] = count;
    const tally = { ...openTally(), judgedBy };
    expect(burnOf(sloOf({ type: "quality", atLeast: 0.7 }, 0.95), tally, HOUR)).toEqual({
      total: 10,
      bad: 3,
      rate: expect.closeTo(6, 9) as number,
    });
    expect(burnOf(sloOf({ type: "quality", atLeast: 1 }, 0.95), tally, HOUR)).toMatchObject({ bad: 9 });
  });

  test("of money burns by the hour, whatever the calls", () => {
    const slo = sloOf({ type: "spend", atMostPico: 720e12 }, 0);
    const tally = { ...openTally(), calls: 3, costPico: 6n * 10n ** 12n };
    expect(burnOf(slo, tally, HOUR).rate).toBeCloseTo(6, 9);
    expect(budgetLeft(slo, { ...tally, costPico: 900n * 10n ** 12n }).left).toBeCloseTo(-0.25, 9);
  });

  test("says nothing without calls", () => {
    for (const tally of [undefined, openTally()]) {
      expect(burnOf(sloOf({ type: "availability" }), tally, HOUR).rate).toBeNull();
      expect(budgetLeft(sloOf({ type: "availability" }), tally)).toMatchObject({ achieved: null, left: null });
    }
  });

  test("is gone just when the whole period burns at one", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.double({ min: 0.5, max: 0.999, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (calls, objective, share) => {
          const tally = { ...openTally(), calls, faults: Math.floor(calls * share) };
          const slo = sloOf({ type: "availability" }, objective);
          const rate = burnOf(slo, tally, SLO_PERIOD_MS).rate ?? 0;
          expect(budgetLeft(slo, tally).left).toBeCloseTo(1 - rate, 6);
        },
      ),
    );
  });
});
