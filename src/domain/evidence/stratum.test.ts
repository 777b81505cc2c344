import { describe, expect, it } from "vitest";
import { ratioOfLogMeans, ratioOfMeans } from "./stratum.ts";
import type { ArmSums, Stratum } from "./stratum.ts";

const shareOf = (n: number, failed: number): ArmSums => ({ n, sum: failed, squares: failed });
const enough = { alpha: 0.05, isEnough: true };

describe("ratioOfMeans", () => {
  it("is the plain ratio within one epoch", () => {
    const stratum: Stratum = { epoch: 1, weight: 0.05, candidate: shareOf(100, 10), stable: shareOf(1_900, 19) };
    expect(ratioOfMeans([stratum], { alpha: 0.05, isEnough: false })).toEqual({
      ratio: expect.closeTo(10, 12) as number,
      low: null,
      high: null,
    });
  });

  it("does not take a rising base rate during a ramp for an effect of the candidate", () => {
    const quiet: Stratum = { epoch: 1, weight: 0.01, candidate: shareOf(100, 1), stable: shareOf(9_900, 99) };
    const busy: Stratum = { epoch: 2, weight: 0.5, candidate: shareOf(5_000, 250), stable: shareOf(5_000, 250) };
    // Pooled shares say 4.9 % against 2.3 %.
    const effect = ratioOfMeans([quiet, busy], enough);
    expect(effect?.ratio).toBeCloseTo(1, 12);
    expect(effect?.low).toBeLessThan(1);
    expect(effect?.high).toBeGreaterThan(1);
  });

  it("weighs epochs by what they can tell (Mantel and Haenszel)", () => {
    const small: Stratum = { epoch: 1, weight: 0.5, candidate: shareOf(10, 5), stable: shareOf(10, 2) };
    const large: Stratum = { epoch: 2, weight: 0.25, candidate: shareOf(100, 20), stable: shareOf(300, 30) };
    const [numerator, denominator] = [(5 * 10) / 20 + (20 * 300) / 400, (2 * 10) / 20 + (30 * 100) / 400];
    expect(ratioOfMeans([small, large], enough)?.ratio).toBeCloseTo(numerator / denominator, 12);
  });

  it("cannot be told without an event on both arms, or without sessions of both arms in one epoch", () => {
    const noEvent: Stratum = { epoch: 1, weight: 0.5, candidate: shareOf(10, 1), stable: shareOf(10, 0) };
    const apart: Stratum[] = [
      { epoch: 1, weight: 0.5, candidate: shareOf(10, 1), stable: shareOf(0, 0) },
      { epoch: 2, weight: 0.5, candidate: shareOf(0, 0), stable: shareOf(10, 1) },
    ];
    expect(ratioOfMeans([noEvent], enough)).toBeNull();
    expect(ratioOfMeans(apart, enough)).toBeNull();
    expect(ratioOfMeans([], enough)).toBeNull();
  });
});

describe("ratioOfLogMeans", () => {
  it("is the ratio of the geometric means, and certain when nothing varies", () => {
    const constant = (value: number): ArmSums => ({
      n: 100,
      sum: 100 * Math.log(value),
      squares: 100 * Math.log(value) ** 2,
    });
    const effect = ratioOfLogMeans(
      [{ epoch: 1, weight: 0.5, candidate: constant(300), stable: constant(200) }],
      enough,
    );
    expect(effect?.ratio).toBeCloseTo(1.5, 9);
    expect(effect?.low).toBeCloseTo(1.5, 5);
    expect(effect?.high).toBeCloseTo(1.5, 5);
  });
});
