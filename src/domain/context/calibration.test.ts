import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Calibration } from "./calibration.ts";

const MODEL = "m";
const OTHER = "n";

const learning = (ratios: readonly number[]): Calibration => {
  const calibration = new Calibration();
  for (const ratio of ratios) calibration.observe(MODEL, { counted: 1_000, reported: 1_000 * ratio });
  return calibration;
};

const same = (ratio: number, times: number): readonly number[] => Array.from({ length: times }, () => ratio);

describe("correcting counts by what providers report", () => {
  test("begins at one, for every model of its own", () => {
    const calibration = learning([1.5]);
    expect(calibration.factor(OTHER)).toBe(1);
    expect(calibration.factor(MODEL)).toBe(1.5);
  });

  test("goes up with the first call that had more tokens than were expected", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.3, max: 3.9, noNaN: true }), { maxLength: 40 }), (ratios) => {
        const largest = Math.max(1, ...ratios);
        expect(learning(ratios).factor(MODEL)).toBeGreaterThanOrEqual(largest);
        expect(learning(ratios).factor(MODEL)).toBeLessThan(largest + 1 / 16);
      }),
    );
  });

  test("comes down after fifty calls that were all below, and not further than the largest of them", () => {
    expect(learning(same(0.7, 49)).factor(MODEL)).toBe(1);
    expect(learning(same(0.7, 50)).factor(MODEL)).toBe(0.75);
    expect(learning([...same(0.7, 48), 0.9, ...same(0.7, 1)]).factor(MODEL)).toBe(1);
    expect(learning([...same(0.7, 48), 0.8, ...same(0.7, 1)]).factor(MODEL)).toBe(0.875);
  });

  test("stays within half and four times whatever is reported, and hears nothing in short or empty reports", () => {
    const reported = fc.oneof(fc.double(), fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300));
    fc.assert(
      fc.property(fc.array(fc.record({ counted: fc.nat(10_000), reported })), (reports) => {
        const calibration = new Calibration();
        for (const report of reports) calibration.observe(MODEL, report);
        expect(calibration.factor(MODEL)).toBeGreaterThanOrEqual(0.5);
        expect(calibration.factor(MODEL)).toBeLessThanOrEqual(4);
      }),
    );
    const calibration = new Calibration();
    calibration.observe(MODEL, { counted: 199, reported: 800 });
    calibration.observe(MODEL, { counted: 1_000, reported: 0 });
    expect(calibration.factor(MODEL)).toBe(1);
  });

  test("forgets the model that it has not heard of for longest when there are very many", () => {
    const calibration = learning([2]);
    for (let index = 0; index < 1_000; index += 1) {
      calibration.observe(String(index), { counted: 1_000, reported: 2_000 });
    }
    expect(calibration.factor(MODEL)).toBe(1);
    expect(calibration.factor("999")).toBe(2);
  });
});
