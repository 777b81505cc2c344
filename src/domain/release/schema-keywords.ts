import { canonicalJson } from "../../kit/canonical-json.ts";
import type { Json, JsonObject } from "../json.ts";

/** Whether two JSON values, or their absence, are the same. */
export const isSameJson = (one: Json | undefined, other: Json | undefined): boolean =>
  one === other || (one !== undefined && other !== undefined && canonicalJson(one) === canonicalJson(other));

/** A member of a schema; `undefined` when it has none of its own. */
export const memberOf = (schema: JsonObject, key: string): Json | undefined =>
  Object.hasOwn(schema, key) ? schema[key] : undefined;

/** They say something to people and models and nothing about what is valid. */
const WORDING: ReadonlySet<string> = new Set([
  "title",
  "description",
  "default",
  "examples",
  "$comment",
  "$schema",
  "$id",
  "deprecated",
  "readOnly",
  "writeOnly",
]);

/** Whether a keyword does not decide what is valid. */
export const isWording = (key: string): boolean => WORDING.has(key);

const LOWEST: ReadonlySet<string> = new Set(["minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"]);

const HIGHEST: ReadonlySet<string> = new Set(["maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"]);

/** Leaving one out changes what others of the same schema mean, so they must be the same on both sides. */
const COUPLED: ReadonlySet<string> = new Set([
  "prefixItems",
  "additionalItems",
  "contains",
  "minContains",
  "maxContains",
  "patternProperties",
  "unevaluatedItems",
  "unevaluatedProperties",
  "if",
  "then",
  "else",
]);

const KINDS: Readonly<Record<string, string>> = {
  minLength: "string",
  maxLength: "string",
  pattern: "string",
  format: "string",
  minimum: "number",
  maximum: "number",
  exclusiveMinimum: "number",
  exclusiveMaximum: "number",
  multipleOf: "number",
  minItems: "array",
  maxItems: "array",
  uniqueItems: "array",
  prefixItems: "array",
  additionalItems: "array",
  contains: "array",
  minContains: "array",
  maxContains: "array",
  unevaluatedItems: "array",
  minProperties: "object",
  maxProperties: "object",
  patternProperties: "object",
  propertyNames: "object",
  unevaluatedProperties: "object",
  dependentRequired: "object",
  dependentSchemas: "object",
};

/** The kind of value a keyword speaks of; `null` when of all. */
export const kindOf = (key: string): string | null => (Object.hasOwn(KINDS, key) ? (KINDS[key] ?? null) : null);

const kindOfValue = (value: Json): string => {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
};

/** `integer` counts as a `number` that is whole. */
function declaredTypes(schema: JsonObject): ReadonlySet<string> | null {
  const type = memberOf(schema, "type");
  const names: readonly Json[] = Array.isArray(type) ? (type as readonly Json[]) : [type ?? null];
  return names.every((name) => typeof name === "string") ? new Set(names) : null;
}

const isOfType = (value: Json, types: ReadonlySet<string>): boolean =>
  types.has(kindOfValue(value)) || (types.has("integer") && Number.isInteger(value));

/** The values a schema lists by `enum` or `const`; `null` when it lists none. */
function listedValues(schema: JsonObject): readonly Json[] | null {
  const [only, some] = [memberOf(schema, "const"), memberOf(schema, "enum")];
  if (only !== undefined) return [only];
  return Array.isArray(some) ? (some as readonly Json[]) : null;
}

/** The types that a value of the schema can have, by its `type` and its listed values; `null` when any. */
export function possibleTypes(schema: JsonObject): ReadonlySet<string> | null {
  const [declared, values] = [declaredTypes(schema), listedValues(schema)];
  if (values === null) return declared;
  const possible = declared === null ? values : values.filter((value) => isOfType(value, declared));
  return new Set(possible.map((value) => (Number.isInteger(value) ? "integer" : kindOfValue(value))));
}

/** Whether a schema can have values of a kind, in the sense of `kindOf`. */
export function canBe(schema: JsonObject, kind: string | null): boolean {
  const types = possibleTypes(schema);
  return kind === null || types === null || types.has(kind) || (kind === "number" && types.has("integer"));
}

/** Whether the types and listed values of one schema are among those of another. */
export function areValuesContained(from: JsonObject, to: JsonObject): boolean {
  return areTypesContained(from, to) && areListedContained(from, to);
}

function areTypesContained(from: JsonObject, to: JsonObject): boolean {
  if (memberOf(to, "type") === undefined) return true;
  const [possible, allowed] = [possibleTypes(from), declaredTypes(to)];
  if (possible === null || allowed === null) return isSameJson(memberOf(from, "type"), memberOf(to, "type"));
  return [...possible].every((type) => allowed.has(type) || (type === "integer" && allowed.has("number")));
}

function areListedContained(from: JsonObject, to: JsonObject): boolean {
  const allowed = listedValues(to);
  if (allowed === null) return isSameJson(memberOf(to, "enum"), undefined) || sameEnum(from, to);
  const known = new Set(allowed.map(canonicalJson));
  return listedValues(from)?.every((value) => known.has(canonicalJson(value))) ?? false;
}

const sameEnum = (from: JsonObject, to: JsonObject): boolean =>
  isSameJson(memberOf(from, "enum"), memberOf(to, "enum"));

/**
 * Whether a keyword of `to` refuses nothing that the same keyword of `from` lets through, by the two values alone.
 * What it does not know must be the same, or gone.
 */
export function isKeywordContained(key: string, from: Json | undefined, to: Json | undefined): boolean {
  if (isWording(key) || isSameJson(from, to)) return true;
  if (COUPLED.has(key)) return false;
  if (to === undefined) return true;
  if (typeof from === "number" && typeof to === "number") {
    if (LOWEST.has(key)) return from >= to;
    if (HIGHEST.has(key)) return from <= to;
    if (key === "multipleOf") return Number.isInteger(from) && Number.isInteger(to) && to > 0 && from % to === 0;
  }
  return key === "uniqueItems" && to === false;
}
