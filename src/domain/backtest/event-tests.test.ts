import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomFrom } from "../../../test/fixtures/random-cuts.ts";
import { logDifferenceFrom, logEventHarm, logEventNoWorse } from "./event-tests.ts";
import { mcnemar } from "./mcnemar.ts";
import { countPairs } from "./pair-counts.ts";
import type { PairCounts } from "./pair-counts.ts";

const counts = fc.record({ both: fc.nat(50), worse: fc.nat(50), better: fc.nat(50), neither: fc.nat(2_000) });

const NONE: PairCounts = { both: 0, worse: 0, better: 0, neither: 0 };

const THRESHOLD = Math.log(20);

describe("betting on events of pairs", () => {
  test("nothing seen is no evidence, neither for harm nor for no worse", () => {
    expect(logEventHarm(NONE, 1.25)).toBeCloseTo(0, 12);
    expect(logEventNoWorse(NONE, { ratio: 2, points: 0.01 })).toBeCloseTo(0, 12);
  });

  test("harm grows with every event of the candidate alone and falls with every one of the baseline alone", () => {
    fc.assert(
      fc.property(counts, (seen) => {
        const harm = logEventHarm(seen, 1.25);
        expect(logEventHarm({ ...seen, worse: seen.worse + 1 }, 1.25)).toBeGreaterThan(harm);
        expect(logEventHarm({ ...seen, better: seen.better + 1 }, 1.25)).toBeLessThan(harm);
        expect(logEventHarm({ ...seen, neither: seen.neither + 1 }, 1.25)).toBeCloseTo(harm, 9);
      }),
    );
  });

  test("whatever was seen, the expectation of the e-value at the edge of the null is at most 1", () => {
    // One further pair, drawn where the candidate has the event exactly 1.25 times as often.
    fc.assert(
      fc.property(
        counts,
        fc.double({ min: 0.01, max: 0.6, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seen, rate, together) => {
          const both = rate * together;
          const better = rate - both;
          const worse = 1.25 * rate - both;
          fc.pre(worse + better + both <= 1);
          const before = logEventHarm(seen, 1.25);
          const grown = (kind: keyof PairCounts): number =>
            Math.exp(logEventHarm({ ...seen, [kind]: seen[kind] + 1 }, 1.25) - before);
          const expected =
            both * grown("both") + worse * grown("worse") + better * grown("better") + (1 - both - worse - better);
          expect(expected).toBeLessThanOrEqual(1 + 1e-9);
        },
      ),
    );
  });

  test("no event in 500 pairs proves no worse, at the level of a first comparison too", () => {
    const clean = { ...NONE, neither: 450 };
    expect(logEventNoWorse(clean, { ratio: 2, points: 0.01 })).toBeGreaterThan(
      Math.log(1 / (0.05 * (6 / Math.PI ** 2))),
    );
    expect(logEventNoWorse({ ...clean, neither: 200 }, { ratio: 2, points: 0.01 })).toBeLessThan(THRESHOLD);
    expect(logEventNoWorse({ ...clean, worse: 5 }, { ratio: 2, points: 0.01 })).toBeLessThan(THRESHOLD);
  });

  test("many events of both prove no worse by their ratio, where a difference of one in a hundred could not", () => {
    const alike = { both: 60, worse: 40, better: 40, neither: 860 };
    expect(logEventNoWorse(alike, { ratio: 2, points: 0.01 })).toBeGreaterThan(THRESHOLD);
    expect(logEventNoWorse(alike, { ratio: null, points: 0.01 })).toBeLessThan(THRESHOLD);
  });
});

/** Draws sessions of a baseline and a candidate that have the event independently. */
function draw(
  random: () => number,
  n: number,
  rates: { readonly baseline: number; readonly candidate: number },
): PairCounts {
  return countPairs(
    Array.from({ length: n }, () => ({
      baseline: random() < rates.baseline,
      candidate: random() < rates.candidate,
    })),
  );
}

const RUNS = 4_000;

/** Share of runs in which the test crosses at any of the looks at growing samples. */
function crossing(
  rates: { readonly baseline: number; readonly candidate: number },
  logE: (counts: PairCounts) => number,
): number {
  const random = randomFrom(20_261_121);
  let crossed = 0;
  for (let run = 0; run < RUNS; run += 1) {
    let seen: PairCounts = NONE;
    for (let look = 0; look < 10; look += 1) {
      const more = draw(random, 50, rates);
      seen = {
        both: seen.both + more.both,
        worse: seen.worse + more.worse,
        better: seen.better + more.better,
        neither: seen.neither + more.neither,
      };
      if (logE(seen) < THRESHOLD) continue;
      crossed += 1;
      break;
    }
  }
  return crossed / RUNS;
}

describe("over many seeds, looked at ten times each", () => {
  test.each([0.01, 0.1, 0.5])(
    "an identical candidate with %d of events is called harmful in less than 5 of 100 runs",
    (rate) => {
      expect(crossing({ baseline: rate, candidate: rate }, (seen) => logEventHarm(seen, 1.25))).toBeLessThan(0.05);
    },
  );

  test("so is one at the very edge of what is tolerated", () => {
    expect(crossing({ baseline: 0.2, candidate: 0.25 }, (seen) => logEventHarm(seen, 1.25))).toBeLessThan(0.05);
  });

  test.each([
    [0.01, 0.02],
    [0.05, 0.1],
    [0.2, 0.4],
  ])(
    "a candidate with twice the events (%d, %d) passes as no worse in less than 5 of 100 runs",
    (baseline, candidate) => {
      const noWorse = (seen: PairCounts): number => logEventNoWorse(seen, { ratio: 2, points: 0.01 });
      expect(crossing({ baseline, candidate }, noWorse)).toBeLessThan(0.05);
    },
  );

  test("a candidate that fails one time in ten is found harmful nearly always", () => {
    expect(crossing({ baseline: 0.01, candidate: 0.1 }, (seen) => logEventHarm(seen, 1.25))).toBeGreaterThan(0.99);
  });
});

test("the evidence about a difference falls on one side and rises on the other", () => {
  const seen = { both: 3, worse: 30, better: 10, neither: 457 };
  expect(logDifferenceFrom(seen, -0.1).above).toBeGreaterThan(THRESHOLD);
  expect(logDifferenceFrom(seen, 0.04).above).toBeLessThan(0);
  expect(logDifferenceFrom(seen, 0.2).below).toBeGreaterThan(THRESHOLD);
});

describe("the exact McNemar test", () => {
  test("agrees with the published value of a table of 121 and 59 pairs that differ", () => {
    expect(mcnemar({ worse: 121, better: 59 })).toBeCloseTo(4.4344e-6, 9);
  });

  test.each([
    [0, 0, 1],
    [1, 0, 1],
    [5, 0, 0.0625],
    [3, 3, 1],
    [2, 8, 0.109375],
  ])("with %i and %i pairs that differ p is %d", (worse, better, p) => {
    expect(mcnemar({ worse, better })).toBeCloseTo(p, 12);
    expect(mcnemar({ worse: better, better: worse })).toBeCloseTo(p, 12);
  });

  test("thousands of pairs are no trouble", () => {
    expect(mcnemar({ worse: 5_000, better: 5_000 })).toBe(1);
    expect(mcnemar({ worse: 5_400, better: 4_600 })).toBeLessThan(1e-14);
  });
});
