import fc from "fast-check";
import { expect, test } from "vitest";
import { isMet } from "./silence.ts";

const labels = { alertname: "errors-many", endpoint: "support-bot" };

test.each([
  ["endpoint", "is", "support-bot", true],
  ["endpoint", "is", "faq", false],
  ["endpoint", "is-not", "faq", true],
  ["alertname", "like", "errors-*", true],
  ["alertname", "like", "*many", true],
  ["alertname", "like", "err*ors*y", true],
  ["alertname", "like", "errors-many*errors-many", false],
  ["alertname", "like", "errors", false],
  // A label that is not there is the empty text.
  ["team", "is", "", true],
  ["team", "is-not", "bots", true],
  ["constructor", "is", "", true],
] as const)("a matcher of %s %s %s is met: %s", (...[label, op, value, expected]) => {
  expect(isMet([{ label, op, value }], labels)).toBe(expected);
});

test("all matchers have to be met", () => {
  const both = [
    { label: "endpoint", op: "is", value: "support-bot" },
    { label: "alertname", op: "is", value: "other" },
  ] as const;
  expect(isMet(both, labels)).toBe(false);
});

test("a pattern with stars means what the same regular expression means", () => {
  const part = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 3 });
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 5 }),
      fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 }),
      (parts, value) => {
        const expected = new RegExp(`^${parts.join("[ab]*")}$`).test(value);
        expect(isMet([{ label: "x", op: "like", value: parts.join("*") }], { x: value })).toBe(expected);
      },
    ),
  );
});
