import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { QuantileSketch } from "./quantile-sketch.ts";

const sketchOf = (values: readonly number[]): QuantileSketch => {
  const sketch = new QuantileSketch();
  for (const value of values) sketch.add(value);
  return sketch;
};

const times = fc.array(fc.double({ min: 0.01, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 200 });

describe("QuantileSketch", () => {
  it("gives every quantile within 1 % of a value that stands there", () => {
    fc.assert(
      fc.property(times, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const exact = values.toSorted((a, b) => a - b)[Math.floor(q * (values.length - 1))] ?? Number.NaN;
        const told = sketchOf(values).quantile(q) ?? Number.NaN;
        expect(Math.abs(told - exact)).toBeLessThanOrEqual(0.010001 * exact);
      }),
    );
  });

  it("adds up over replicas as if all values had come to one", () => {
    fc.assert(
      fc.property(times, times, (here, there) => {
        const merged = sketchOf(here);
        merged.absorb(sketchOf(there));
        expect(merged.quantile(0.5)).toBe(sketchOf([...here, ...there]).quantile(0.5));
      }),
    );
  });

  it("has no quantile without values and stays finite at the ends of its range", () => {
    expect(new QuantileSketch().quantile(0.5)).toBeNull();
    expect(sketchOf([0]).quantile(0.5)).toBeCloseTo(0.001, 4);
    expect(Number.isFinite(sketchOf([1e300]).quantile(0.5))).toBe(true);
  });
});
