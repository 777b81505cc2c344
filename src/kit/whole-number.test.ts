import * as fc from "fast-check";
import { expect, test } from "vitest";
import { wholeNumberIn } from "./whole-number.ts";

test("digits are read as Number reads them, zeros in front too", () => {
  const digits = fc.stringMatching(/^\d{1,15}$/);
  fc.assert(
    fc.property(digits, (text) => {
      expect(wholeNumberIn(text, 15)).toBe(Number(text));
    }),
  );
});

test("what Number would take and is no run of digits is none", () => {
  for (const text of ["", " 1", "1 ", "+1", "-1", "1e3", "0x1", "1.0", "1_0", "\u0661", "Infinity"])
    expect(wholeNumberIn(text, 15)).toBeNull();
});

test("more digits than asked for are none", () => {
  expect(wholeNumberIn("1234", 4)).toBe(1234);
  expect(wholeNumberIn("01234", 4)).toBeNull();
});
