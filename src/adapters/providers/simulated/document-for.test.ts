import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Json, JsonObject } from "../../../domain/json.ts";
import { documentFor } from "./document-for.ts";
import { Randomness } from "./randomness.ts";

/** Whether a value satisfies the plain schemas that this test makes; written apart from what it checks. */
function satisfies(value: Json, schema: JsonObject): boolean {
  if (schema["const"] !== undefined) return JSON.stringify(value) === JSON.stringify(schema["const"]);
  if (Array.isArray(schema["enum"])) return schema["enum"].includes(value);
  switch (schema["type"]) {
    case "string":
      return (
        typeof value === "string" &&
        value.length >= Number(schema["minLength"] ?? 0) &&
        value.length <= Number(schema["maxLength"] ?? Infinity)
      );
    case "integer":
    case "number":
      return (
        typeof value === "number" &&
        (schema["type"] === "number" || Number.isInteger(value)) &&
        value >= Number(schema["minimum"] ?? -Infinity) &&
        value <= Number(schema["maximum"] ?? Infinity)
      );
    case "boolean":
      return typeof value === "boolean";
    case "array":
      return (
        Array.isArray(value) &&
        value.length >= Number(schema["minItems"] ?? 0) &&
        value.every((item: Json) => satisfies(item, schema["items"] as JsonObject))
      );
    default: {
      const properties = Object.entries(schema["properties"] as JsonObject);
      return (
        typeof value === "object" &&
        value !== null &&
        !Array.isArray(value) &&
        properties.every(([name, property]) => satisfies((value as JsonObject)[name] ?? null, property as JsonObject))
      );
    }
  }
}

const { schema } = fc.letrec<{ schema: JsonObject; object: JsonObject }>((tie) => ({
  schema: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc
      .record({ minLength: fc.nat(20), room: fc.nat(20) })
      .map(({ minLength, room }): JsonObject => ({ type: "string", minLength, maxLength: minLength + room })),
    fc
      .record({
        type: fc.constantFrom("integer", "number"),
        minimum: fc.integer({ min: -50, max: 50 }),
        span: fc.nat(100),
      })
      .map(({ type, minimum, span }): JsonObject => ({ type, minimum, maximum: minimum + span })),
    fc.constant<JsonObject>({ type: "boolean" }),
    fc
      .uniqueArray(fc.string(), { minLength: 1, maxLength: 4 })
      .map((choices): JsonObject => ({ type: "string", enum: choices })),
    fc
      .record({ items: tie("schema"), minItems: fc.nat(3) })
      .map(({ items, minItems }): JsonObject => ({ type: "array", items, minItems })),
    tie("object"),
  ),
  object: fc
    .dictionary(
      fc.string({ minLength: 1, maxLength: 8 }).filter((name) => name !== "__proto__"),
      tie("schema"),
      { minKeys: 1, maxKeys: 4 },
    )
    .map((properties): JsonObject => ({ type: "object", properties, required: Object.keys(properties) })),
}));

test("a document satisfies the schema it was made for", () => {
  fc.assert(
    fc.property(schema, fc.nat(), (one, seed) => {
      const wrapped = { type: "object", properties: { value: one }, required: ["value"] };
      const document = documentFor(wrapped, new Randomness(seed, 1), []);
      expect(satisfies(document, wrapped)).toBe(true);
    }),
  );
});

test("references are followed, and a schema that refers to itself ends", () => {
  const node = { type: "object", properties: { id: { type: "string" }, next: { $ref: "#/$defs/node" } } };
  const document = documentFor({ $ref: "#/$defs/node", $defs: { node } }, new Randomness(1, 1), ["order", "B-77"]);
  expect(document).toMatchObject({ id: "B-77", next: { id: "B-77" } });
  const wide = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`p${index}`, { $ref: "#" }]));
  expect(
    JSON.stringify(documentFor({ type: "object", properties: wide }, new Randomness(1, 1), [])).length,
  ).toBeLessThan(100_000);
  expect(documentFor({ $ref: "#" }, new Randomness(1, 1), [])).toEqual({ answer: "yes" });
});

test("any JSON as a schema gives some document", () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom("type", "properties", "items", "enum", "anyOf", "$ref", "minimum", "maxItems", "minLength"),
        fc.jsonValue(),
      ),
      (odd) => {
        expect(() => JSON.stringify(documentFor(odd as JsonObject, new Randomness(1, 1), []))).not.toThrow();
      },
    ),
  );
});
