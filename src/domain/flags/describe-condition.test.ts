import { expect, test } from "vitest";
import { is } from "../../../test/fixtures/flag-samples.ts";
import { describeCondition } from "./describe-condition.ts";

test("a condition is told in words", () => {
  expect(describeCondition(null)).toBe("everybody");
  const adults = {
    type: "attribute",
    attribute: "age",
    tests: [{ type: "number", range: { least: 18, below: 65 } }],
  } as const;
  const condition = {
    type: "all",
    of: [
      { type: "segment", name: "staff" },
      { type: "any", of: [is("plan", "pro"), adults] },
    ],
  } as const;
  expect(describeCondition(condition)).toBe(
    'in the segment staff and (plan is "pro" or age is at least 18 and is below 65)',
  );
  expect(describeCondition({ type: "not", of: condition })).toBe(`not (${describeCondition(condition)})`);
});

test("every kind of test has words, and long lists are cut", () => {
  const tests = [
    { type: "exists", expected: false },
    { type: "one-of", values: ["a", 1, true, "b", "c", "d", "e"] },
    { type: "contains", texts: ["x"] },
    { type: "starts-with", texts: ["x"] },
    { type: "ends-with", texts: ["x", "y"] },
    { type: "matches", pattern: "^a" },
    { type: "number", range: { above: 1, most: 2 } },
    { type: "instant", range: { above: 0 } },
    { type: "version", range: { equals: "1.0.0", below: "2.0.0" } },
  ] as const;
  const words = describeCondition({ type: "attribute", attribute: "it", tests }).split(" and it ");
  expect(words).toEqual([
    "it is not there",
    'is one of "a", 1, true, "b", "c" and 2 more',
    'contains "x"',
    'begins with "x"',
    'ends with "x", "y"',
    "matches ^a",
    "is above 1 and is at most 2",
    "is above 1970-01-01T00:00:00.000Z",
    "is version 1.0.0 and is below version 2.0.0",
  ]);
});
