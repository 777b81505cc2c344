import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logSampleRatio } from "./sample-ratio.ts";

describe("logSampleRatio", () => {
  it("has a mean of exactly 1 when the assignment follows the weight", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.integer({ min: 1, max: 40 }),
        (weight, sessions) => {
          let mean = 0;
          let probability = (1 - weight) ** sessions;
          for (let candidate = 0; candidate <= sessions; candidate += 1) {
            mean += probability * Math.exp(logSampleRatio([{ weight, candidate, stable: sessions - candidate }]));
            probability *= ((sessions - candidate) / (candidate + 1)) * (weight / (1 - weight));
          }
          expect(mean).toBeCloseTo(1, 7);
        },
      ),
    );
  });

  it("does not mind a ramp, because every epoch is held against its own weight", () => {
    const ramp = [
      { weight: 0.01, candidate: 10, stable: 990 },
      { weight: 0.5, candidate: 500, stable: 500 },
    ];
    expect(logSampleRatio(ramp)).toBeLessThan(0);
    expect(logSampleRatio([{ weight: 0.5, candidate: 510, stable: 1_490 }])).toBeGreaterThan(100);
  });
});
