import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Randomness, hashText } from "./randomness.ts";

test("equal streams and numbers give equal draws, and numbers are in range", () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (text, n) => {
      const [one, other] = [new Randomness(hashText(text), n), new Randomness(hashText(text), n)];
      for (let draw = 0; draw < 5; draw += 1) {
        const value = one.unit();
        expect(value).toBe(other.unit());
        expect(value >= 0 && value < 1).toBe(true);
      }
      expect(Number.isFinite(one.normal())).toBe(true);
    }),
  );
});

test("a spread has its median and sigma", () => {
  const logs = Array.from({ length: 20_000 }, (_, n) =>
    Math.log(new Randomness(3, n).spread({ median: 200, sigma: 0.5 }) / 200),
  );
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length;
  // Five standard errors of mean and deviation; the seed is fixed.
  expect(Math.abs(mean)).toBeLessThan((5 * 0.5) / Math.sqrt(20_000));
  expect(Math.abs(Math.sqrt(variance) - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(40_000));
  expect(new Randomness(3, 1).spread({ median: 200, sigma: 0 })).toBe(200);
});
