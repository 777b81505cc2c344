import { describe, expect, it } from "vitest";
import { lowerLimit, median, quantileOfSorted, shareTolerance } from "./statistics.ts";

describe("lowerLimit", () => {
  it("is the exact one-sided limit of Clopper and Pearson", () => {
    expect(lowerLimit(0, 400)).toBe(0);
    // All of n succeed with probability pⁿ.
    expect(lowerLimit(10, 10, 0.05)).toBeCloseTo(0.05 ** (1 / 10), 9);
    // One of n or more succeed with probability 1 - (1 - p)ⁿ.
    expect(lowerLimit(1, 20, 0.01)).toBeCloseTo(1 - 0.99 ** (1 / 20), 9);
  });

  it("lets 29 false decisions in 400 runs pass for a level of 5 %, and 32 not", () => {
    expect(lowerLimit(29, 400)).toBeLessThan(0.05);
    expect(lowerLimit(32, 400)).toBeGreaterThan(0.05);
  });
});

describe("shareTolerance", () => {
  it("is that of the reference for draws of its size", () => {
    const roundedUp = (p: number): number => Math.ceil(shareTolerance(p, 4_000, 28_000) * 1_000) / 1_000;
    expect([0.3111, 0.9486, 0.0009, 0].map(roundedUp)).toEqual([0.034, 0.017, 0.005, 0.004]);
  });
});

describe("median and quantiles", () => {
  it("takes the middle, or the mean of the two in the middle", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNull();
    expect(quantileOfSorted([0, 10], 0.9)).toBe(9);
  });
});
