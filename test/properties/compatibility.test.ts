import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../src/domain/json.ts";
import { compareSchemas } from "../../src/domain/release/compare-schemas.ts";
import type { SchemaUse } from "../../src/domain/release/compare-schemas.ts";
import { conversationCompatibility, toolCompatibility } from "../../src/domain/release/compatibility.ts";
import { releaseOf } from "../contracts/store-samples.ts";

/** Few names and values, so that two random schemas have something to do with one another. */
const TYPES = ["string", "integer", "number", "null", "object", "array"] as const;
const VALUES: readonly Json[] = [
  "a",
  "b",
  1,
  2,
  1.5,
  null,
  [],
  [1],
  ["a"],
  {},
  { x: 1 },
  { x: "a" },
  { x: "a", y: null },
];

/** A random schema, at most so deep; objects are closed, so that what is undeclared is refused. */
function schemaOf(depth: number): fc.Arbitrary<JsonObject> {
  const plain = {
    type: fc.oneof(
      fc.constantFrom(...TYPES),
      fc.uniqueArray(fc.constantFrom(...TYPES), { minLength: 1, maxLength: 4 }),
    ),
    enum: fc.uniqueArray(fc.constantFrom(...VALUES), { minLength: 1, maxLength: 4 }),
    const: fc.constantFrom(...VALUES),
    minimum: fc.integer({ min: 0, max: 2 }),
    maximum: fc.integer({ min: 0, max: 2 }),
    minLength: fc.integer({ min: 0, max: 2 }),
    maxItems: fc.integer({ min: 0, max: 1 }),
    multipleOf: fc.constantFrom(1, 2, 0.5),
    required: fc.subarray(["x", "y"]),
    description: fc.constantFrom("one", "other"),
  };
  const closed = (members: object): JsonObject => ({ ...(members as JsonObject), additionalProperties: false });
  if (depth === 0) return fc.record(plain, { requiredKeys: [] }).map(closed);
  const below = schemaOf(depth - 1);
  const deep = {
    properties: fc.dictionary(fc.constantFrom("x", "y"), below, { maxKeys: 2 }),
    items: below,
    anyOf: fc.array(below, { minLength: 1, maxLength: 3 }),
    allOf: fc.array(below, { minLength: 1, maxLength: 2 }),
  };
  return fc.record({ ...plain, ...deep }, { requiredKeys: [] }).map(closed);
}

const small = schemaOf(2);

/** A schema made wider in one place, or left alone. */
const widened = (from: JsonObject): fc.Arbitrary<JsonObject> =>
  fc.constantFrom(...Object.keys(from), "").chain((key) => {
    if (key === "" || key === "properties" || key === "additionalProperties") return fc.constant(from);
    const { [key]: _, ...rest } = from;
    return fc.constantFrom(rest, from, { anyOf: [from] } as JsonObject);
  });

const chain = small.chain((a) => widened(a).chain((b) => fc.tuple(fc.constant(a), fc.constant(b), widened(b))));
const triple = fc.oneof(chain, fc.tuple(small, small, small));

const holds = (before: JsonObject, after: JsonObject, use: SchemaUse): boolean =>
  compareSchemas(before, after, use).every(({ isBreaking }) => !isBreaking);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const sameValue = (one: Json, other: Json): boolean => JSON.stringify(one) === JSON.stringify(other);

function isOf(type: string, value: Json): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  return type === "object" ? isObject(value) : typeof value === type;
}

/** A validator of the keywords above, written for nothing but to be obviously right. */
function isValid(value: Json, schema: JsonObject): boolean {
  const { type, minimum, maximum, minLength, maxItems, multipleOf, required, items, properties } = schema;
  const types = type === undefined ? null : [type].flat();
  const numeric = typeof value === "number";
  return [
    types === null || types.some((one) => typeof one === "string" && isOf(one, value)),
    !("enum" in schema) || (schema["enum"] as readonly Json[]).some((one) => sameValue(one, value)),
    !("const" in schema) || sameValue(schema["const"] ?? null, value),
    !numeric || minimum === undefined || value >= Number(minimum),
    !numeric || maximum === undefined || value <= Number(maximum),
    !numeric || multipleOf === undefined || Number.isInteger(value / Number(multipleOf)),
    typeof value !== "string" || minLength === undefined || value.length >= Number(minLength),
    !Array.isArray(value) || maxItems === undefined || value.length <= Number(maxItems),
    !Array.isArray(value) || items === undefined || value.every((one: Json) => isValid(one, items as JsonObject)),
    !isObject(value) || required === undefined || (required as readonly string[]).every((name) => name in value),
    !isObject(value) ||
      Object.entries(value).every(([name, one]) => {
        const own = isObject(properties) ? properties[name] : undefined;
        return own !== undefined && isValid(one, own as JsonObject);
      }),
    !("anyOf" in schema) || (schema["anyOf"] as readonly JsonObject[]).some((one) => isValid(value, one)),
    !("allOf" in schema) || (schema["allOf"] as readonly JsonObject[]).every((one) => isValid(value, one)),
  ].every(Boolean);
}

describe.each<SchemaUse>(["arguments", "answers"])("the comparison of schemas of %s", (use) => {
  test("identical is compatible", () => {
    fc.assert(
      fc.property(small, (one) => {
        expect(compareSchemas(one, structuredClone(one), use)).toEqual([]);
        // Not by being the same text either: a member that says nothing makes it walk.
        expect(holds(one, { ...one, description: "told anew" }, use)).toBe(true);
      }),
    );
  });

  test("superset is transitive", () => {
    let chains = 0;
    fc.assert(
      fc.property(triple, ([a, b, c]) => {
        const [first, second, third] = use === "arguments" ? [a, b, c] : [c, b, a];
        if (!holds(first, second, use) || !holds(second, third, use)) return;
        chains += 1;
        expect(holds(first, third, use)).toBe(true);
      }),
      { numRuns: 800 },
    );
    expect(chains).toBeGreaterThan(50);
  });
});

test("what is told as compatible accepts every argument that was valid", () => {
  let compatible = 0;
  fc.assert(
    fc.property(triple, ([a, b, c]) => {
      for (const [before, after] of [
        [a, b],
        [b, c],
        [a, c],
      ] as const) {
        if (!holds(before, after, "arguments")) continue;
        compatible += 1;
        for (const value of VALUES) if (isValid(value, before)) expect(isValid(value, after)).toBe(true);
      }
    }),
    { numRuns: 800 },
  );
  expect(compatible).toBeGreaterThan(100);
});

test("the comparison takes any JSON for a schema", () => {
  const json = fc.jsonValue({ maxDepth: 4 });
  const like = fc.dictionary(
    fc.constantFrom("type", "enum", "const", "items", "properties", "required", "anyOf", "allOf", "$ref", "minimum"),
    json,
  );
  fc.assert(
    fc.property(like, like, (before, after) => {
      const changes = compareSchemas(before as JsonObject, after as JsonObject, "arguments");
      expect(Array.isArray(changes)).toBe(true);
    }),
  );
});

test("tools and releases: identical is the same, and more tools bear every call", () => {
  const tools = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom("one", "two", "three"),
      description: fc.string(),
      parameters: small,
      strict: fc.constantFrom(null, true, false),
    }),
    { selector: ({ name }) => name, maxLength: 3 },
  );
  fc.assert(
    fc.property(tools, (some) => {
      expect(toolCompatibility(some, structuredClone(some)).verdict).toBe("same");
      expect(toolCompatibility(some.slice(1), some).verdict).toBe(some.length === 0 ? "same" : "compatible");
      const content = { ...releaseOf("bot", "d").content, tools: some };
      expect(conversationCompatibility(content, { ...content, tools: some.toReversed() }).verdict).toBe("same");
    }),
  );
});
