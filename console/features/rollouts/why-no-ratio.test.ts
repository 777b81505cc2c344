import { expect, test } from "vitest";
import { whyNoRatio } from "./why-no-ratio.ts";

test.each([
  [0, 0.05, "no ratio: stable has none"],
  [0.05, 0, "no ratio: the candidate has none"],
  [0, 0, "no ratio: neither has any"],
  [0.05, 0.01, "no ratio yet"],
])("stable at %d and the candidate at %d: %s", (stable, candidate, words) => {
  expect(whyNoRatio(stable, candidate)).toBe(words);
});
