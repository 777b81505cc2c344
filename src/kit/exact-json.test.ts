import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseExactJson, roundedNumber } from "./exact-json.ts";

test.each([
  "9007199254740993",
  "-123456789012345678901234567890",
  "0.1000000000000000055511151231257827",
  "1234567890123456789e-3",
  '{"a":[{"b":18446744073709551615}],"c":"18446744073709551615"}',
])("%s is written as it was", (text) => {
  expect(JSON.stringify(parseExactJson(text))).toBe(text);
});

test("whatever a double can hold is read as JSON.parse reads it", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 2 }), (value) => {
      const text = JSON.stringify(value);
      expect(parseExactJson(text)).toEqual(JSON.parse(text));
    }),
  );
});

test("a number that would be rounded says what it would be rounded to", () => {
  expect(roundedNumber(parseExactJson("18446744073709551615"))).toBe(18446744073709551616);
  expect([roundedNumber(7), roundedNumber({}), roundedNumber(null)]).toEqual([null, null, null]);
});

test("what is no JSON is refused", () => {
  expect(() => parseExactJson("12345678901234567 x")).toThrow(SyntaxError);
});
