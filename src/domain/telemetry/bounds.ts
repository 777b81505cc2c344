import { LATENCY_BOUNDS } from "../series/histogram.ts";
import type { Histogram } from "../series/histogram.ts";

/** Bounds that the GenAI conventions recommend (they say SHOULD), seconds. */
export const DURATION_BOUNDS: readonly number[] = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
export const FIRST_TOKEN_BOUNDS: readonly number[] = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
export const OUTPUT_TOKEN_BOUNDS: readonly number[] = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5,
];
/** Tokens. */
export const TOKEN_BOUNDS: readonly number[] = Array.from({ length: 14 }, (_, power) => 4 ** power);

/** Bounds of our own histograms, seconds: those of the conventions and the limits that people set. */
export const CALL_BOUNDS: readonly number[] = [
  ...DURATION_BOUNDS,
  0.1,
  0.25,
  0.5,
  1,
  2,
  3,
  5,
  10,
  30,
  60,
  120,
  300,
].toSorted((one, other) => one - other);

/** Counts by coarser buckets, whose bounds (seconds) are all among those of the histogram: exact. */
export function coarse({ counts }: Histogram, bounds: readonly number[]): readonly number[] {
  const sums = Array.from({ length: bounds.length + 1 }, () => 0);
  let bucket = 0;
  for (let fine = 0; fine < counts.length; fine += 1) {
    const micros = LATENCY_BOUNDS[fine] ?? Infinity;
    while (bucket < bounds.length && micros > Math.round((bounds[bucket] ?? Infinity) * 1_000_000)) bucket += 1;
    sums[bucket] = (sums[bucket] ?? 0) + (counts[fine] ?? 0);
  }
  return sums;
}
