import fc from "fast-check";
import { expect, test } from "vitest";
import { robustScore } from "./robust-z.ts";

test("gives the published numbers of the oracle robust_z", () => {
  const score = robustScore(25, [10.2, 9.8, 10.5, 10.1, 9.9, 10.3, 10]);
  expect(score?.median).toBeCloseTo(10.1, 9);
  expect(score?.mad).toBeCloseTo(0.2, 9);
  expect(score?.z).toBeCloseTo(50.25025000000018, 9);
});

test("is beyond measure where all of the past is alike, and nothing where it is the same", () => {
  expect(robustScore(3, [2, 2, 2])?.z).toBe(Infinity);
  expect(robustScore(1, [2, 2, 2])?.z).toBe(-Infinity);
  expect(robustScore(2, [2, 2, 2])?.z).toBe(0);
  expect(robustScore(2, [])).toBeNull();
});

test("does not change when all values are moved or stretched together", () => {
  const numbers = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 3, maxLength: 20 });
  fc.assert(
    fc.property(
      fc.integer({ min: -1_000, max: 1_000 }),
      numbers,
      fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: -9_999, max: 9_999 })),
      (value, past, [times, shift]) => {
        const by = (each: number): number => each * times + shift;
        const [one, other] = [robustScore(value, past)?.z ?? 0, robustScore(by(value), past.map(by))?.z ?? 0];
        if (Number.isFinite(one)) expect(other).toBeCloseTo(one, 6);
        else expect(other).toBe(one);
      },
    ),
  );
});
