import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json } from "../json.ts";
import { matches } from "./condition.ts";
import type { AttributeTest, Condition, EvaluationContext } from "./condition.ts";

const attribute = (name: string, ...tests: readonly AttributeTest[]): Condition => ({
  type: "attribute",
  attribute: name,
  tests,
});

const holds = (value: Json | undefined, ...tests: readonly AttributeTest[]): boolean =>
  matches(attribute("it", ...tests), value === undefined ? {} : { it: value });

const YES: Condition = { type: "all", of: [] };
const NO: Condition = { type: "any", of: [] };

describe("tests of an attribute", () => {
  test("compare values of the same type, and never one type with another", () => {
    const oneOf: AttributeTest = { type: "one-of", values: ["pro", 1, true] };
    expect(["pro", 1, true].map((value) => holds(value, oneOf))).toEqual([true, true, true]);
    expect(["Pro", "1", "true", null, {}, 0].some((value) => holds(value, oneOf))).toBe(false);
  });

  test("look into texts", () => {
    const starts: AttributeTest = { type: "starts-with", texts: ["ada@", "grace@"] };
    const ends: AttributeTest = { type: "ends-with", texts: ["@example.com"] };
    const contains: AttributeTest = { type: "contains", texts: ["@"] };
    expect(holds("grace@example.com", starts, ends, contains)).toBe(true);
    expect(holds("grace@example.org", starts, ends)).toBe(false);
    expect(holds("nobody", contains)).toBe(false);
    expect(holds(12, contains)).toBe(false);
  });

  test("of a list want one item that passes; `contains` wants one that is equal", () => {
    expect(holds(["staff", "beta"], { type: "contains", texts: ["beta"] })).toBe(true);
    expect(holds(["beta-testers"], { type: "contains", texts: ["beta"] })).toBe(false);
    expect(holds(["beta-testers"], { type: "starts-with", texts: ["beta"] })).toBe(true);
    expect(holds([3, 8], { type: "number", range: { above: 5 } })).toBe(true);
    expect(holds([], { type: "one-of", values: ["a"] })).toBe(false);
  });

  test("match patterns anywhere in a text of bounded length", () => {
    const pattern: AttributeTest = { type: "matches", pattern: "^(a+)+$|b{2}" };
    expect([holds("aaa", pattern), holds("xbbx", pattern), holds("xbx", pattern)]).toEqual([true, true, false]);
    const before = process.threadCpuUsage();
    expect(holds(`${"a".repeat(511)}!`, pattern)).toBe(false);
    const { user, system } = process.threadCpuUsage(before);
    // Time of the processor, because a busy machine makes all else late.
    expect((user + system) / 1_000).toBeLessThan(1_000);
    expect(holds("a".repeat(513), pattern)).toBe(false);
    expect(holds("a", { type: "matches", pattern: "(" })).toBe(false);
    expect(holds("a", { type: "matches", pattern: "(?=a)" })).toBe(false);
  });

  test("compare numbers, also those that headers write as text", () => {
    const teen: AttributeTest = { type: "number", range: { least: 13, below: 20 } };
    expect([13, 19.9, "13", "19.5"].map((value) => holds(value, teen))).toEqual([true, true, true, true]);
    expect([12, 20, "20", "", " 13", "0x0f", "13e0", true, null].some((value) => holds(value, teen))).toBe(false);
    expect(holds(20, { type: "number", range: { above: 19, most: 20 } })).toBe(true);
  });

  test("compare instants with their zones", () => {
    const after: AttributeTest = { type: "instant", range: { above: Date.UTC(2026, 10, 21, 12) } };
    expect(holds("2026-11-21T14:00:01+02:00", after)).toBe(true);
    expect(holds("2026-11-21T14:00:00+02:00", after)).toBe(false);
    expect(holds("2026-11-22", after)).toBe(true);
    expect(["2026-11-22T00:00:00", "tomorrow", 1_795_000_000_000].some((value) => holds(value, after))).toBe(false);
  });

  test("compare versions by their parts", () => {
    const recent: AttributeTest = { type: "version", range: { least: "2.10.0", below: "4" } };
    expect(["2.10", "2.10.1-beta", "v3.9.9", "4.0.0-rc.1"].map((value) => holds(value, recent))).toEqual(
      Array.from({ length: 4 }, () => true),
    );
    expect(["2.9.9", "2.10.0-beta", "4.0.0", "two", 3].some((value) => holds(value, recent))).toBe(false);
    expect(holds("1.2.3+build.7", { type: "version", range: { equals: "1.2.3" } })).toBe(true);
    expect(holds("1.2.3", { type: "version", range: { least: "nonsense" } })).toBe(false);
  });

  test("pass nothing that is missing, but `exists: false`", () => {
    const tests: readonly AttributeTest[] = [
      { type: "one-of", values: [""] },
      { type: "contains", texts: [""] },
      { type: "number", range: {} },
      { type: "exists", expected: true },
    ];
    for (const value of [undefined, null]) {
      expect(tests.some((one) => holds(value, one))).toBe(false);
      expect(holds(value, { type: "exists", expected: false })).toBe(true);
    }
    expect(holds(false, { type: "exists", expected: true })).toBe(true);
  });
});

describe("attributes", () => {
  const there: AttributeTest = { type: "exists", expected: true };
  const isThere = (name: string, context: EvaluationContext): boolean => matches(attribute(name, there), context);

  test("are members of the context, or of its members", () => {
    expect(isThere("company.plan", { company: { plan: "pro" } })).toBe(true);
    expect(isThere("company.plan", { "company.plan": "pro" })).toBe(true);
    expect(isThere("company.plan", { company: ["plan"] })).toBe(false);
    expect(isThere("company.plan.tier", { company: { plan: "pro" } })).toBe(false);
  });

  test("are never inherited", () => {
    const names = ["__proto__", "constructor", "toString", "constructor.name", "company.constructor", "a.length"];
    expect(names.filter((name) => isThere(name, { company: {}, a: "text" }))).toEqual([]);
    expect(isThere("__proto__", JSON.parse('{"__proto__": 1}') as EvaluationContext)).toBe(true);
  });
});

describe("conditions together", () => {
  test("need all, any, or not", () => {
    const all = (type: "all" | "any", ...of: readonly Condition[]): Condition => ({ type, of });
    expect(matches(all("all", YES, NO), {})).toBe(false);
    expect(matches(all("any", YES, NO), {})).toBe(true);
    expect(matches({ type: "not", of: all("all", YES, NO) }, {})).toBe(true);
  });

  test("use segments, which use others; one that is unknown or needs itself holds for nobody", () => {
    const segment = (name: string): Condition => ({ type: "segment", name });
    const segments = new Map<string, Condition>([
      ["staff", attribute("role", { type: "one-of", values: ["staff"] })],
      ["testers", { type: "any", of: [segment("staff"), segment("loop")] }],
      ["loop", { type: "all", of: [segment("loop")] }],
    ]);
    expect(matches(segment("testers"), { role: "staff" }, segments)).toBe(true);
    expect(matches(segment("testers"), { role: "guest" }, segments)).toBe(false);
    expect(matches(segment("nobody"), {}, segments)).toBe(false);
  });

  test("look at each segment once, however many use it", () => {
    const segments = new Map<string, Condition>([["s0", NO]]);
    for (let level = 1; level <= 60; level += 1) {
      const below: Condition = { type: "segment", name: `s${level - 1}` };
      segments.set(`s${level}`, { type: "any", of: [below, below, { type: "not", of: { type: "not", of: below } }] });
    }
    // Looked at anew each time, this would take 3^60 steps.
    expect(matches({ type: "segment", name: "s60" }, {}, segments)).toBe(false);
  });
});

const scalar = fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());
const range = fc.record({ above: fc.double(), least: fc.double(), below: fc.double() }, { requiredKeys: [] });
const anyTest: fc.Arbitrary<AttributeTest> = fc.oneof(
  fc.record({ type: fc.constant("exists" as const), expected: fc.boolean() }),
  fc.record({ type: fc.constant("one-of" as const), values: fc.array(scalar, { maxLength: 3 }) }),
  fc.record({
    type: fc.constantFrom("contains" as const, "ends-with" as const),
    texts: fc.array(fc.string(), { maxLength: 3 }),
  }),
  fc.record({ type: fc.constant("matches" as const), pattern: fc.string({ maxLength: 20 }) }),
  fc.record({ type: fc.constantFrom("number" as const, "instant" as const), range }),
  fc.record({ type: fc.constant("version" as const), range: fc.record({ least: fc.string() }) }),
);

const anyCondition: fc.Arbitrary<Condition> = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.record({
      type: fc.constant("attribute" as const),
      attribute: fc.oneof(fc.constantFrom("a", "b", "a.b", "__proto__"), fc.string()),
      tests: fc.array(anyTest, { maxLength: 3 }),
    }),
    fc.record({ type: fc.constant("segment" as const), name: fc.constantFrom("s", "t") }),
    fc.record({
      type: fc.constantFrom("all" as const, "any" as const),
      of: fc.array(tie("condition"), { maxLength: 3 }),
    }),
    fc.record({ type: fc.constant("not" as const), of: tie("condition") }),
  ),
})).condition;

test("any condition has an answer for any JSON object, whatever the order of its members", () => {
  fc.assert(
    fc.property(
      anyCondition,
      anyCondition,
      fc.dictionary(fc.string(), fc.jsonValue()),
      (condition, segment, object) => {
        const context = JSON.parse(JSON.stringify(object)) as EvaluationContext;
        const reversed = Object.fromEntries(Object.entries(context).toReversed());
        const segments = new Map([["s", segment]]);
        const answer = matches(condition, context, segments);
        expect(matches(condition, reversed, segments)).toBe(answer);
        expect(matches({ type: "not", of: condition }, context, segments)).toBe(!answer);
      },
    ),
  );
});
