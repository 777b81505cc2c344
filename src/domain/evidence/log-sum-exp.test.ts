import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logSumExp } from "./log-sum-exp.ts";

describe("logSumExp", () => {
  it("lies between the largest term and the largest term plus ln of their number", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 }), (terms) => {
        const largest = Math.max(...terms);
        expect(logSumExp(terms)).toBeGreaterThanOrEqual(largest);
        expect(logSumExp(terms)).toBeLessThanOrEqual(largest + Math.log(terms.length) + 1e-9);
      }),
    );
  });

  it("is minus infinity without terms", () => {
    expect(logSumExp([])).toBe(-Infinity);
  });
});
