import { expect, test } from "vitest";
import { plain, points, share, span } from "./format.ts";

test.each([
  [0, "0 %"],
  [0.000004, "0.0004 %"],
  [0.00000012, "0.000012 %"],
  [0.0042, "0.42 %"],
  [0.25, "25 %"],
  [null, "no data"],
])("a share of %d is written as %s", (value, words) => {
  expect(share(value)).toBe(words);
});

test.each([
  [0, "0"],
  [0.00012, "0.00012"],
  [-0.0000034, "−0.0000034"],
  [0.0456, "0.046"],
  [1_234.5, "1235"],
])("what is not 0 is never written as 0: %d is %s", (value, words) => {
  expect(plain(value)).toBe(words);
});

test("a difference of nothing has no side", () => {
  expect([0, 0.032, -0.05].map(points)).toEqual(["±0 points", "+3.2 points", "−5 points"]);
});

test("a span of less than a second is not 0 seconds", () => {
  expect([0, 0.2, 0.9, 1, 61].map(span)).toEqual(["0 s", "< 1 s", "< 1 s", "1 s", "1 min 1 s"]);
});
