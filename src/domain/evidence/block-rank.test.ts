import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rankShare } from "./block-rank.ts";

/** Few distinct values, so that ties are common; Infinity is a failed session. */
const values = fc.array(fc.constantFrom(0, 1, 2, 3.5, 8, Infinity), { minLength: 2, maxLength: 9 });

/** Mean of U over all assignments of these values in which both arms occur `candidates` times and the rest. */
function meanOverAssignments(list: readonly number[], candidates: number): number {
  const shares: number[] = [];
  for (let mask = 0; mask < 2 ** list.length; mask += 1) {
    const candidate = list.filter((_, index) => ((mask >> index) & 1) === 1);
    const stable = list.filter((_, index) => ((mask >> index) & 1) === 0);
    if (candidate.length === candidates) shares.push(rankShare({ candidate, stable }, 1));
  }
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

describe("rankShare", () => {
  it("has a mean of exactly one half over all assignments, whatever the values (Fisher's randomisation)", () => {
    fc.assert(
      fc.property(values, fc.nat(), (list, seed) => {
        const candidates = 1 + (seed % (list.length - 1));
        expect(meanOverAssignments(list, candidates)).toBeCloseTo(0.5, 12);
      }),
      { numRuns: 40 },
    );
  });

  it("does not depend on the order of the sessions inside a block", () => {
    fc.assert(
      fc.property(values, values, fc.constantFrom(1, 1.25, 1.5), (candidate, stable, scale) => {
        const forwards = rankShare({ candidate, stable }, scale);
        expect(rankShare({ candidate: candidate.toReversed(), stable: stable.toReversed() }, scale)).toBe(forwards);
      }),
    );
  });

  it("does not depend on the unit", () => {
    fc.assert(
      fc.property(values, values, fc.constantFrom(0.001, 1000, 60_000), (candidate, stable, unit) => {
        const inUnit = (list: readonly number[]): number[] => list.map((value) => value * unit);
        expect(rankShare({ candidate: inUnit(candidate), stable: inUnit(stable) }, 1.1)).toBe(
          rankShare({ candidate, stable }, 1.1),
        );
      }),
    );
  });

  it("lets two failed sessions tie, and a failed one lose against any answer", () => {
    expect(rankShare({ candidate: [Infinity], stable: [Infinity] }, 1.1)).toBe(0.5);
    expect(rankShare({ candidate: [Infinity], stable: [1] }, 1.1)).toBe(1);
    expect(rankShare({ candidate: [1], stable: [Infinity] }, 1.1)).toBe(0);
  });

  it("ties values that are equal but for the rounding of the scale", () => {
    expect(1.1 * 3).not.toBe(3.3);
    expect(rankShare({ candidate: [3.3], stable: [3] }, 1.1)).toBe(0.5);
  });
});
