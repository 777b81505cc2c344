import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../../../bench/evidence/random.ts";
import { upperBound } from "./exact-bounds.ts";
import { boundBehind, leastSample } from "./judge-bound.ts";
import type { JudgeCalibration } from "./judge-bound.ts";
import type { Counted } from "./exact-bounds.ts";

const trueUpperBound = (counted: Counted, alpha: number, calibration: JudgeCalibration | null): number =>
  boundBehind(calibration, alpha)(counted);

describe("the bound behind a judge that errs", () => {
  test("is the plain one for a judge that is taken at its word", () => {
    expect(trueUpperBound({ n: 59, wrong: 0 }, 0.05, null)).toBe(upperBound({ n: 59, wrong: 0 }, 0.05));
  });

  test("is of no use with a judge that is no better than chance, or was never tried", () => {
    const guessing = { wrongSeen: 200, wrongFlagged: 100, rightSeen: 200, rightPassed: 100 };
    expect(trueUpperBound({ n: 1_000, wrong: 0 }, 0.05, guessing)).toBe(1);
    const untried = { wrongSeen: 0, wrongFlagged: 0, rightSeen: 0, rightPassed: 0 };
    expect(trueUpperBound({ n: 1_000, wrong: 0 }, 0.05, untried)).toBe(1);
  });

  test("is wider than for a perfect judge where wrong answers slip through", () => {
    const blind = { wrongSeen: 100, wrongFlagged: 80, rightSeen: 100, rightPassed: 100 };
    expect(trueUpperBound({ n: 300, wrong: 6 }, 0.05, blind)).toBeGreaterThan(
      upperBound({ n: 300, wrong: 6 }, 0.05) * 1.2,
    );
  });

  test("is narrower where a judge is known to flag right answers", () => {
    const severe = { wrongSeen: 5_000, wrongFlagged: 5_000, rightSeen: 5_000, rightPassed: 4_500 };
    expect(trueUpperBound({ n: 1_000, wrong: 110 }, 0.05, severe)).toBeLessThan(0.06);
  });

  test("stays within 0 and 1 and grows with every error, whatever the judge", () => {
    const judge = fc
      .tuple(fc.nat(300), fc.nat(300), fc.nat(300), fc.nat(300))
      .map(([flagged, missed, passed, failed]) => ({
        wrongSeen: flagged + missed,
        wrongFlagged: flagged,
        rightSeen: passed + failed,
        rightPassed: passed,
      }));
    fc.assert(
      fc.property(judge, fc.integer({ min: 1, max: 500 }), fc.nat(499), (calibration, n, some) => {
        const wrong = Math.min(n - 1, some);
        const bound = trueUpperBound({ n, wrong }, 0.05, calibration);
        expect(bound).toBeGreaterThanOrEqual(0);
        expect(bound).toBeLessThanOrEqual(1);
        expect(trueUpperBound({ n, wrong: wrong + 1 }, 0.05, calibration)).toBeGreaterThanOrEqual(bound);
      }),
    );
  });

  test("lies below the truth no more often than it says, judge and audits drawn anew each time", () => {
    const random = new Random(20_261_121, "judge bound");
    const drawn = (n: number, share: number): number => {
      let count = 0;
      for (let one = 0; one < n; one += 1) count += Number(random.chance(share));
      return count;
    };
    const [truth, sensitivity, specificity] = [0.06, 0.85, 0.95];
    let below = 0;
    for (let run = 0; run < 400; run += 1) {
      const calibration = {
        wrongSeen: 120,
        wrongFlagged: drawn(120, sensitivity),
        rightSeen: 120,
        rightPassed: drawn(120, specificity),
      };
      const wrong = drawn(300, truth * sensitivity + (1 - truth) * (1 - specificity));
      below += Number(trueUpperBound({ n: 300, wrong }, 0.1, calibration) < truth);
    }
    expect(below).toBeLessThanOrEqual(40);
  });
});

describe("the least sample", () => {
  test("is the published number of audits with a perfect judge, and none within reach is none", () => {
    expect(leastSample(boundBehind(null, 0.05), 0.05, 4_000)).toBe(59);
    expect(leastSample(boundBehind(null, 0.1), 0.01, 4_000)).toBe(230);
    expect(leastSample(boundBehind(null, 0.1), 0.01, 229)).toBeNull();
  });
});
