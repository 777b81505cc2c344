import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  addInto,
  bucketOf,
  countAtMost,
  countDuration,
  countOf,
  LATENCY_BOUNDS,
  openHistogram,
  QUANTILE_ERROR,
  quantileOf,
} from "./histogram.ts";
import type { Histogram } from "./histogram.ts";

const FIRST_MS = (LATENCY_BOUNDS[0] ?? 0) / 1_000;
const LAST_MS = (LATENCY_BOUNDS.at(-1) ?? 0) / 1_000;

const histogramOf = (durations: readonly number[]): Histogram => {
  const histogram = openHistogram();
  for (const ms of durations) countDuration(histogram, ms);
  return histogram;
};

const duration = fc.double({ min: FIRST_MS, max: LAST_MS, noNaN: true });
const durations = fc.array(duration, { minLength: 1, maxLength: 200 });

test("bounds ascend, are whole microseconds, and lie no further apart than the stated error allows", () => {
  for (const [index, bound] of LATENCY_BOUNDS.entries()) {
    expect(Number.isInteger(bound)).toBe(true);
    const before = LATENCY_BOUNDS[index - 1];
    if (before === undefined) continue;
    expect(bound).toBeGreaterThan(before);
    // Rounding a bound to microseconds moves it by less than a thousandth.
    expect(bound / before).toBeLessThanOrEqual((1 + QUANTILE_ERROR) ** 2 * 1.001);
  }
});

test("a duration is in the bucket whose bound is the first that is not below it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2e9 }), (micros) => {
      const bucket = bucketOf(micros);
      expect(LATENCY_BOUNDS[bucket] ?? Infinity).toBeGreaterThanOrEqual(micros);
      expect(LATENCY_BOUNDS[bucket - 1] ?? -1).toBeLessThan(micros);
    }),
  );
});

test("histograms that are added say what one of all durations says, in any order", () => {
  fc.assert(
    fc.property(durations, durations, (some, others) => {
      const sum = openHistogram();
      addInto(sum, histogramOf(others));
      addInto(sum, histogramOf(some));
      expect(sum).toEqual(histogramOf([...some, ...others]));
    }),
  );
});

test("a quantile is off by no more than the stated error, and lies between its bounds", () => {
  fc.assert(
    fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (all, q) => {
      const sorted = all.toSorted((one, other) => one - other);
      const truth = sorted[Math.max(0, Math.ceil(q * all.length) - 1)] ?? 0;
      const quantile = quantileOf(histogramOf(all), q);
      if (quantile === null) throw new Error("There are durations.");
      // Durations are rounded to microseconds before they are counted.
      expect(quantile.lowMs).toBeLessThanOrEqual(truth + 0.001);
      expect(quantile.highMs).toBeGreaterThanOrEqual(truth - 0.001);
      expect(Math.abs(quantile.ms - truth)).toBeLessThanOrEqual(truth * (QUANTILE_ERROR * 1.01) + 0.001);
    }),
  );
});

test("counts at a bound are exact, and between bounds they grow with the limit", () => {
  fc.assert(
    fc.property(durations, fc.nat(LATENCY_BOUNDS.length - 1), (all, index) => {
      const bound = (LATENCY_BOUNDS[index] ?? 0) / 1_000;
      const histogram = histogramOf(all);
      expect(countAtMost(histogram, bound)).toBe(all.filter((ms) => Math.round(ms * 1_000) <= bound * 1_000).length);
      expect(countAtMost(histogram, bound * 1.01)).toBeGreaterThanOrEqual(countAtMost(histogram, bound));
    }),
  );
});

test("what is longer than the last bound is counted above it, and nothing has no quantile", () => {
  const histogram = histogramOf([LAST_MS + 1, LAST_MS * 10]);
  expect(countOf(histogram)).toBe(2);
  expect(countAtMost(histogram, LAST_MS)).toBe(0);
  expect(quantileOf(histogram, 0.5)).toEqual({ ms: LAST_MS, lowMs: LAST_MS, highMs: Infinity });
  expect(quantileOf(openHistogram(), 0.5)).toBeNull();
});
