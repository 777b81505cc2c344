import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluationTimes } from "./evaluation-times.ts";

const MINUTE = 60_000;

test("is now alone where somebody has just looked, at the first look, and when the clock went back", () => {
  expect(evaluationTimes(null, 5)).toEqual([5]);
  expect(evaluationTimes(0, 15_000)).toEqual([15_000]);
  expect(evaluationTimes(10 * MINUTE, 5)).toEqual([5]);
});

test("makes up for what was missed, minute by minute, up to four hours", () => {
  expect(evaluationTimes(0, 4.5 * MINUTE)).toEqual([1, 2, 3, 4, 4.5].map((each) => each * MINUTE));
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (last, now) => {
      const times = evaluationTimes(last, now);
      expect(times.at(-1)).toBe(now);
      expect(times.length).toBeLessThanOrEqual(240);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
      expect(new Set(times).size).toBe(times.length);
      for (const at of times.slice(0, -1)) expect(at).toBeGreaterThan(Math.max(last, now - 241 * MINUTE));
    }),
  );
});
