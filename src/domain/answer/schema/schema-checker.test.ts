import { Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../json.ts";
import { SchemaChecker } from "./schema-checker.ts";

const outcome = (schema: JsonObject, value: Json): string => new SchemaChecker(schema).check(value).type;

const ORDER: JsonObject = {
  type: "object",
  properties: {
    id: { type: "string", pattern: "^A-[0-9]+$" },
    lines: { type: "array", items: { type: "object", properties: { count: { type: "integer", minimum: 1 } } } },
    kind: { enum: ["sale", "return"] },
  },
  required: ["id"],
  additionalProperties: false,
};

describe("a check against a schema", () => {
  test("tells where a value does not fit and why, and not what the value was", () => {
    const found = new SchemaChecker(ORDER).check({ id: "secret-7", lines: [{ count: 1 }, { count: 0 }], kind: "gift" });
    expect(found).toEqual({
      type: "faults",
      faults: [
        { at: "/id", detail: "it does not match the pattern" },
        { at: "/lines/1/count", detail: "it is too small" },
        { at: "/kind", detail: "it is none of the 2 values allowed" },
      ],
    });
  });

  test("names a member that is missing and one that is not allowed", () => {
    expect(new SchemaChecker(ORDER).check({})).toMatchObject({
      faults: [{ at: "", detail: 'the member "id" is missing' }],
    });
    expect(new SchemaChecker(ORDER).check({ id: "A-1", "a/b": 1 })).toMatchObject({
      faults: [{ at: "", detail: 'the member "a/b" is not allowed' }],
    });
  });

  test.each<[JsonObject, Json, Json]>([
    [{ $ref: "#/$defs/name", $defs: { name: { type: "string" } } }, "x", 1],
    [{ $ref: "#name", $defs: { any: { $anchor: "name", type: "string" } } }, "x", 1],
    [{ anyOf: [{ type: "string" }, { type: "null" }] }, null, 1],
    [{ oneOf: [{ type: "number" }, { type: "integer" }] }, 1.5, 1],
    [{ not: { type: "string" } }, 1, "x"],
    [{ prefixItems: [{ type: "string" }], items: { type: "null" } }, ["x", null], ["x", 1]],
    [{ items: [{ type: "string" }], additionalItems: false }, ["x"], ["x", 1]],
    [{ contains: { type: "null" }, maxContains: 1 }, [1, null], [null, null]],
    [{ uniqueItems: true }, [1, { a: 1 }], [{ a: 1, b: 2 }, { b: 2, a: 1 }]],
    [{ minLength: 1, maxLength: 1 }, "😀", "ab"],
    [{ multipleOf: 0.1 }, 0.3, 0.35],
    [{ format: "date" }, "2026-11-21", "next Friday"],
    [{ patternProperties: { "^x-": { type: "number" } }, additionalProperties: false }, { "x-a": 1 }, { a: 1 }],
    [{ dependentRequired: { a: ["b"] } }, { a: 1, b: 1 }, { a: 1 }],
    [{ propertyNames: { maxLength: 1 } }, { a: 1 }, { ab: 1 }],
    [{ minimum: 1, exclusiveMinimum: true }, 2, 1],
    [{ const: { a: [1] } }, { a: [1] }, { a: [2] }],
  ])("%j takes %j and refuses %j", (schema, good, bad) => {
    expect(outcome(schema, good)).toBe("fits");
    expect(outcome(schema, bad)).toBe("faults");
  });

  test("a condition chooses what holds", () => {
    const text = '{"if":{"type":"string"},"then":{"minLength":2},"else":{"type":"null"}}';
    const schema = JSON.parse(text) as JsonObject;
    expect(["xx", "x", null, 1].map((value) => outcome(schema, value))).toEqual(["fits", "faults", "fits", "faults"]);
  });

  test.each<[string, JsonObject]>([
    ["refers to itself without end", { $ref: "#" }],
    ["refers to a document elsewhere", { $ref: "https://example.com/schema" }],
    ["has a pattern that only backtracking could match", { pattern: "(a)\\1" }],
  ])("a schema that %s leaves the value unchecked", (_, schema) => {
    expect(outcome(schema, "aa")).toBe("unchecked");
  });

  test("references that fan out end at the bound instead of hanging", () => {
    const $defs: Record<string, Json> = {};
    for (let level = 0; level < 60; level += 1) {
      $defs[`d${level}`] = { allOf: [{ $ref: `#/$defs/d${level + 1}` }, { $ref: `#/$defs/d${level + 1}` }] };
    }
    expect(outcome({ $ref: "#/$defs/d0", $defs: { ...$defs, d60: {} } }, 1)).toBe("unchecked");
  });

  test("a pattern that makes others backtrack is matched in passing", () => {
    expect(outcome({ pattern: "^(a+)+$" }, `${"a".repeat(5_000)}!`)).toBe("faults");
  });

  test("names of an object's prototype are no keywords, members or formats", () => {
    expect(outcome({ properties: { constructor: { type: "string" } } }, {})).toBe("fits");
    expect(outcome({ required: ["toString"] }, {})).toBe("faults");
    expect(outcome({ format: "toString" }, "x")).toBe("fits");
  });
});

/** Schemas of the keywords on which the drafts agree, small enough to be met by chance. */
const schemas = fc.letrec<{ schema: JsonObject; part: Json }>((tie) => ({
  part: fc.oneof({ maxDepth: 3 }, { weight: 1, arbitrary: fc.boolean() }, { weight: 6, arbitrary: tie("schema") }),
  schema: fc.record(
    {
      type: fc.constantFrom<Json>("object", "array", "string", "number", "integer", "null", ["string", "null"]),
      enum: fc.array(fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>, { minLength: 1, maxLength: 3 }),
      properties: fc.dictionary(fc.constantFrom("a", "b"), tie("part"), { maxKeys: 2 }),
      required: fc.uniqueArray(fc.constantFrom("a", "b"), { maxLength: 2 }),
      additionalProperties: tie("part"),
      items: tie("part"),
      maxItems: fc.nat(2),
      uniqueItems: fc.boolean(),
      minimum: fc.integer({ min: -2, max: 2 }),
      maxLength: fc.nat(2),
      anyOf: fc.array(tie("part"), { minLength: 1, maxLength: 2 }),
      oneOf: fc.array(tie("part"), { minLength: 1, maxLength: 2 }),
      not: tie("part"),
      if: tie("part"),
      else: tie("part"),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<JsonObject>,
}));

const values = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(null, 0, 1, -3, 1.5, "", "ab", "abc", true),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3 }),
  ),
}));

test("it judges as another validator does", () => {
  fc.assert(
    fc.property(schemas.schema, values.value, (schema, value) => {
      const expected = new Validator(structuredClone(schema) as object, "2020-12").validate(value).valid;
      expect(outcome(schema, value)).toBe(expected ? "fits" : "faults");
    }),
    { numRuns: 200 },
  );
});

test("no JSON as a schema makes it fail or hang", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (schema, value) => {
      expect(["fits", "faults", "unchecked"]).toContain(outcome(schema as JsonObject, value as Json));
    }),
  );
});
