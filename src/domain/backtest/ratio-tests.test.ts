import { describe, expect, test } from "vitest";
import { randomFrom } from "../../../test/fixtures/random-cuts.ts";
import { findInterval } from "./find-interval.ts";
import { meanRatio, meanRatioTest, median, typicalRatio, typicalRatioTest } from "./ratio-tests.ts";
import type { PairValues, RatioTest } from "./ratio-tests.ts";

const THRESHOLD = Math.log(20);
const CAP = 10;

/** Costs of sessions as they are: many cheap ones and a few dear ones, two releases alike but for a factor and chance. */
function pairs(random: () => number, n: number, factor: number): readonly PairValues[] {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: n }, () => {
    const base = Math.exp(normal());
    return { baseline: base * Math.exp(0.3 * normal()), candidate: factor * base * Math.exp(0.3 * normal()) };
  });
}

const TESTS: readonly (readonly [string, RatioTest])[] = [
  ["means", meanRatioTest(CAP)],
  ["medians", typicalRatioTest],
];

describe.each(TESTS)("betting on the ratio of %s", (_, evidence) => {
  test("pairs that are alike prove that the candidate is neither dearer than tolerated nor worse", () => {
    const seen = pairs(randomFrom(1), 500, 1);
    expect(evidence(seen, 1.1).above).toBeLessThan(THRESHOLD);
    expect(evidence(seen, 1.25).below).toBeGreaterThan(THRESHOLD);
  });

  test("half as dear again is found, and is not proven no worse", () => {
    const seen = pairs(randomFrom(2), 500, 1.5);
    expect(evidence(seen, 1.1).above).toBeGreaterThan(THRESHOLD);
    expect(evidence(seen, 1.25).below).toBeLessThan(0);
  });

  test("over many seeds a candidate at the very margin is called harmful, or no worse, in less than 5 of 100 runs", () => {
    const random = randomFrom(20_261_121);
    let harm = 0;
    let noWorse = 0;
    for (let run = 0; run < 400; run += 1) {
      const seen = pairs(random, 200, 1.1);
      // The cap takes more of the candidate: its ratio under the cap is a little below 1.1.
      if (evidence(seen, 1.1).above >= THRESHOLD) harm += 1;
      if (evidence(pairs(random, 200, 1.25), 1.2).below >= THRESHOLD) noWorse += 1;
    }
    expect(harm / 400).toBeLessThan(0.05);
    expect(noWorse / 400).toBeLessThan(0.05);
  });

  test("the interval holds the true ratio in at least 95 of 100 runs, and the estimate always", () => {
    const random = randomFrom(7);
    let covered = 0;
    for (let run = 0; run < 100; run += 1) {
      const seen = pairs(random, 150, 1);
      const inside = evidence === typicalRatioTest ? (typicalRatio(seen) ?? 1) : (meanRatio(seen, CAP) ?? 1);
      const { low, high } = findInterval({
        inside,
        least: 1e-3,
        greatest: 1e3,
        evidence: (ratio) => evidence(seen, ratio),
        threshold: Math.log(2 / 0.05),
      });
      expect(low ?? 0).toBeLessThanOrEqual(inside);
      expect(high ?? 1e9).toBeGreaterThanOrEqual(inside);
      if ((low ?? 0) <= 1 && (high ?? 1e9) >= 1) covered += 1;
    }
    expect(covered).toBeGreaterThanOrEqual(95);
  });
});

test("nothing to compare is no evidence, and bounds nothing", () => {
  for (const [, evidence] of TESTS) expect(evidence([], 1.1)).toEqual({ above: 0, below: 0 });
  const nothing = findInterval({
    inside: 1,
    least: 0.001,
    greatest: 1_000,
    evidence: (ratio) => meanRatioTest(1)([], ratio),
    threshold: 3,
  });
  expect(nothing).toEqual({ low: null, high: null });
  expect(meanRatio([], 1)).toBeNull();
  expect(typicalRatio([{ baseline: 0, candidate: 3 }])).toBeNull();
});

test("the median of an even number lies between the two in the middle", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([5, 1, 3])).toBe(3);
  expect(median([])).toBeNull();
});
