import { describe, expect, it } from "vitest";
import { Random } from "./random.ts";

/** Mean and variance of many draws; the seed is fixed, so a failure is a bug. */
function momentsOf(draw: (random: Random) => number): { readonly mean: number; readonly variance: number } {
  const random = new Random(1, "moments");
  const values = Array.from({ length: 50_000 }, () => draw(random));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length };
}

describe("Random", () => {
  it.each([0.3, 4, 11.9, 12, 50, 950])("draws Poisson counts with mean and variance %d", (mean) => {
    const moments = momentsOf((random) => random.poisson(mean));
    expect(Math.abs(moments.mean / mean - 1)).toBeLessThan(5 / Math.sqrt(50_000 * mean));
    expect(Math.abs(moments.variance / mean - 1)).toBeLessThan(0.05);
  });

  it("draws normal values", () => {
    const { mean, variance } = momentsOf((random) => random.normal());
    expect(Math.abs(mean)).toBeLessThan(0.025);
    expect(Math.abs(variance - 1)).toBeLessThan(0.04);
  });

  it.each([
    [8, 2],
    [4, 4],
    [0.5, 3],
  ])("draws Beta(%d, %d)", (a, b) => {
    const { mean, variance } = momentsOf((random) => random.beta(a, b));
    expect(mean).toBeCloseTo(a / (a + b), 2);
    expect(variance).toBeCloseTo((a * b) / ((a + b) ** 2 * (a + b + 1)), 2);
  });

  it("draws numbers of trials with the mean that was asked for", () => {
    expect(Math.abs(momentsOf((random) => random.geometric(5)).mean - 5)).toBeLessThan(0.1);
  });

  it("repeats itself under one seed and name, and differs under others", () => {
    const first = (seed: number, name: string): number => new Random(seed, name).uniform();
    expect(first(1, "a")).toBe(first(1, "a"));
    expect(new Set([first(1, "a"), first(1, "b"), first(2, "a")]).size).toBe(3);
  });
});
