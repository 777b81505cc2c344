import { expect, test } from "vitest";
import { unseenOutput, usageSoFar } from "./estimate-usage.ts";

const BEGUN = { input: 11, cachedInput: 3_000, cacheWrite: 200, output: 1, reasoning: 0 };

test("an answer that was broken off unseen had a hundred tokens a second, and no more than it could have", () => {
  expect(unseenOutput(0, 500)).toBe(0);
  expect(unseenOutput(2_345, 500)).toBe(235);
  expect(unseenOutput(60_000, 500)).toBe(500);
});

test("an answer that broke off keeps its counted input, and what has come of it is estimated", () => {
  expect(usageSoFar(BEGUN, 41)).toEqual({ ...BEGUN, output: 11, estimated: true });
  expect(usageSoFar({ ...BEGUN, output: 50 }, 41)).toEqual({ ...BEGUN, output: 50, estimated: true });
  expect(usageSoFar({ ...BEGUN, reasoning: 8 }, 41)).toEqual({ ...BEGUN, output: 3, reasoning: 8, estimated: true });
});
