import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { harmEventTest, noWorseEventTest, theta } from "./event-test.ts";

/** Expected e-value after `events` events of which each falls on the candidate with probability `chance`: exact. */
function expectedE(events: number, chance: number, logE: (candidate: number, stable: number) => number): number {
  let mean = 0;
  let probability = (1 - chance) ** events;
  for (let candidate = 0; candidate <= events; candidate += 1) {
    mean += probability * Math.exp(logE(candidate, events - candidate));
    probability *= ((events - candidate) / (candidate + 1)) * (chance / (1 - chance));
  }
  return mean;
}

const weights = fc.double({ min: 0.005, max: 0.9, noNaN: true });
const ratios = fc.double({ min: 1.05, max: 4, noNaN: true });

describe("the event-conditional test", () => {
  it("has a mean of exactly 1 when the ratio is the tolerated one, and at most 1 below it", () => {
    const scenario = fc.record({ weight: weights, ratio: ratios, events: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(scenario, fc.double({ min: 0.1, max: 1, noNaN: true }), ({ weight, ratio, events }, part) => {
        const test = harmEventTest(ratio);
        const logE = (candidate: number, stable: number) => test.logE([{ weight, candidate, stable }]);
        expect(expectedE(events, theta(weight, ratio), logE)).toBeCloseTo(1, 8);
        expect(expectedE(events, theta(weight, ratio * part), logE)).toBeLessThanOrEqual(1 + 1e-8);
      }),
    );
  });

  it("has, in the other direction, a mean of exactly 1 at the no-worse ratio and at most 1 above it", () => {
    const scenario = fc.record({ weight: weights, ratio: ratios, events: fc.integer({ min: 1, max: 40 }) });
    fc.assert(
      fc.property(scenario, fc.double({ min: 1, max: 10, noNaN: true }), ({ weight, ratio, events }, times) => {
        const test = noWorseEventTest(ratio);
        const logE = (candidate: number, stable: number) => test.logE([{ weight, candidate, stable }]);
        expect(expectedE(events, theta(weight, ratio), logE)).toBeCloseTo(1, 8);
        expect(expectedE(events, theta(weight, ratio * times), logE)).toBeLessThanOrEqual(1 + 1e-8);
      }),
    );
  });

  it("multiplies over epochs: each event counts under the weight of its assignment", () => {
    const [early, late] = [
      { weight: 0.01, candidate: 2, stable: 30 },
      { weight: 0.25, candidate: 4, stable: 9 },
    ];
    const test = harmEventTest(1);
    const pooled = { weight: 0.25, candidate: 6, stable: 39 };
    // Two of 32 at 1 % are far too many; pooled under the last weight they look like far too few.
    expect(test.logE([early, late])).toBeGreaterThan(test.logE([late]));
    expect(test.logE([pooled])).toBeLessThan(test.logE([late]));
  });

  it("says nothing before the first event", () => {
    expect(harmEventTest(1.25).logE([])).toBe(0);
    expect(noWorseEventTest(2).logE([{ weight: 0.05, candidate: 0, stable: 0 }])).toBe(0);
  });

  it("stays finite with many events on one arm", () => {
    expect(Number.isFinite(harmEventTest(1.25).logE([{ weight: 0.01, candidate: 0, stable: 1e9 }]))).toBe(true);
    expect(Number.isFinite(noWorseEventTest(2).logE([{ weight: 0.01, candidate: 1e9, stable: 0 }]))).toBe(true);
  });
});
