import { expect, test } from "vitest";
import { usageSoFar } from "./estimate-usage.ts";

const BEGUN = { input: 11, cachedInput: 3_000, cacheWrite: 200, output: 1, reasoning: 0 };

test("an answer that broke off keeps its counted input, and what has come of it is estimated", () => {
  expect(usageSoFar(BEGUN, 41)).toEqual({ ...BEGUN, output: 11, estimated: true });
  expect(usageSoFar({ ...BEGUN, output: 50 }, 41)).toEqual({ ...BEGUN, output: 50, estimated: true });
  expect(usageSoFar({ ...BEGUN, reasoning: 8 }, 41)).toEqual({ ...BEGUN, output: 3, reasoning: 8, estimated: true });
});
