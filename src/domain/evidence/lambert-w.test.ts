import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lambertWm1 } from "./lambert-w.ts";

describe("lambertWm1", () => {
  it("inverts w · eʷ on the lower branch", () => {
    fc.assert(
      fc.property(fc.double({ min: -300, max: -1.01, noNaN: true }), (w) => {
        expect(Math.abs(lambertWm1(w * Math.exp(w)) - w)).toBeLessThanOrEqual(1e-11 * Math.abs(w));
      }),
    );
  });

  it("is -1 at the branch point and NaN where there is no such branch", () => {
    expect(lambertWm1(-1 / Math.E)).toBeCloseTo(-1, 6);
    expect(lambertWm1(-0.5)).toBeNaN();
    expect(lambertWm1(0)).toBeNaN();
    expect(lambertWm1(1)).toBeNaN();
  });
});
