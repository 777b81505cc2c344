import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Calibration } from "./calibration.ts";

const learning = (ratios: readonly number[]): Calibration => {
  const calibration = new Calibration();
  for (const ratio of ratios) calibration.observe("m", { counted: 1_000, reported: 1_000 * ratio });
  return calibration;
};

const same = (ratio: number, times: number): readonly number[] => Array.from({ length: times }, () => ratio);

describe("correcting counts by what providers report", () => {
  test("begins after sixteen calls, for every model of its own", () => {
    expect(learning(same(1.5, 15)).factor("m")).toBe(1);
    const calibration = learning(same(1.5, 16));
    expect(calibration.factor("m")).toBe(1.625);
    expect(calibration.factor("n")).toBe(1);
  });

  test("covers nine of ten of the latest calls", () => {
    const ratios = fc.array(fc.double({ min: 0.5, max: 1.9, noNaN: true }), { minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(ratios, (all) => {
        const factor = learning(all).factor("m");
        expect(all.filter((ratio) => ratio <= factor).length).toBeGreaterThanOrEqual(Math.floor(64 * 0.9));
      }),
    );
  });

  test("is not swayed by a few calls that read much more than they were sent", () => {
    const calm = learning(same(1, 64)).factor("m");
    expect(learning([...same(1, 60), ...same(30, 4)]).factor("m")).toBe(calm);
  });

  test("stays where it is while the calls stay alike, so that cuts do not move", () => {
    const calibration = learning(same(0.8, 64));
    const factor = calibration.factor("m");
    for (const ratio of [...same(0.78, 50), ...same(0.79, 50), ...same(0.8, 50)]) {
      calibration.observe("m", { counted: 1_000, reported: 1_000 * ratio });
      expect(calibration.factor("m")).toBe(factor);
    }
  });

  test("stays within half and twice whatever is reported, and hears nothing in short or empty reports", () => {
    const reported = fc.oneof(fc.double(), fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e300));
    fc.assert(
      fc.property(fc.array(fc.record({ counted: fc.nat(10_000), reported }), { maxLength: 100 }), (reports) => {
        const calibration = new Calibration();
        for (const report of reports) calibration.observe("m", report);
        expect(calibration.factor("m")).toBeGreaterThanOrEqual(0.5);
        expect(calibration.factor("m")).toBeLessThanOrEqual(2);
      }),
    );
    const calibration = new Calibration();
    for (let call = 0; call < 40; call += 1) {
      calibration.observe("m", { counted: 199, reported: 800 });
      calibration.observe("m", { counted: 1_000, reported: 0 });
    }
    expect(calibration.factor("m")).toBe(1);
  });

  test("forgets the model that it has not heard of for longest when there are very many", () => {
    const calibration = learning(same(2, 16));
    for (let index = 0; index < 1_000; index += 1) {
      for (let call = 0; call < 16; call += 1) calibration.observe(String(index), { counted: 1_000, reported: 2_000 });
    }
    expect(calibration.factor("m")).toBe(1);
    expect(calibration.factor("999")).toBe(2);
  });
});
