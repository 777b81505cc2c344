import type { Json, JsonObject } from "../../../domain/json.ts";
import type { Randomness } from "./randomness.ts";

/** Bounds against schemas that refer to themselves. */
const DEEPEST = 8;
const MOST_VALUES = 500;

/**
 * A document that satisfies a JSON Schema of the plain kind: objects, arrays, strings, numbers, booleans,
 * `enum`, `const`, `anyOf`, `allOf`, local `$ref`, lengths and bounds. Patterns and conditions are not looked at.
 * `hints` are words of the question: a text asked for by an id or a number takes the first with a digit.
 */
export function documentFor(schema: JsonObject, random: Randomness, hints: readonly string[]): Json {
  return new Writer(schema, random, hints).write(schema, "", 0);
}

class Writer {
  readonly #root: JsonObject;
  readonly #random: Randomness;
  readonly #reference: string;
  #values = 0;

  constructor(root: JsonObject, random: Randomness, hints: readonly string[]) {
    this.#root = root;
    this.#random = random;
    this.#reference = hints.find((word) => /\d/.test(word)) ?? "A-1001";
  }

  write(given: JsonObject, name: string, depth: number): Json {
    const schema = this.#resolve(given);
    this.#values += 1;
    if (schema["const"] !== undefined) return schema["const"];
    const choices = schema["enum"];
    if (Array.isArray(choices) && choices.length > 0) return choices[this.#random.below(choices.length)] as Json;
    const type = typeOf(schema);
    if (type === "object") return this.#object(schema, depth);
    if (type === "array") return this.#array(schema, { name, depth });
    if (type === "integer" || type === "number") return this.#number(schema, type === "integer");
    if (type === "boolean") return this.#random.unit() < 0.5;
    return type === "null" ? null : this.#text(schema, name);
  }

  /** Follows references and takes the first alternative. */
  #resolve(given: JsonObject): JsonObject {
    let schema = given;
    for (let step = 0; step < DEEPEST; step += 1) {
      const reference = schema["$ref"];
      const next = typeof reference === "string" ? this.#at(reference) : firstOf(schema);
      if (next === null) return schema;
      schema = next;
    }
    return {};
  }

  #at(reference: string): JsonObject {
    let place: Json | undefined = this.#root;
    for (const step of reference.split("/").slice(1, 10)) place = isObject(place) ? place[step] : undefined;
    return isObject(place) ? place : {};
  }

  #object(schema: JsonObject, depth: number): JsonObject {
    const properties = isObject(schema["properties"]) ? Object.entries(schema["properties"]) : [];
    if (properties.length === 0 && depth === 0) return { answer: "yes" };
    const members: [string, Json][] = [];
    for (const [name, property] of properties) {
      if (depth >= DEEPEST || this.#values >= MOST_VALUES) break;
      members.push([name, this.write(isObject(property) ? property : {}, name, depth + 1)]);
    }
    return Object.fromEntries(members);
  }

  #array(schema: JsonObject, { name, depth }: { readonly name: string; readonly depth: number }): Json {
    const most = Math.min(numberIn(schema["maxItems"]) ?? 10, 10);
    const wanted = Math.min(Math.max(numberIn(schema["minItems"]) ?? 1 + this.#random.below(2), 0), most);
    const count = depth < DEEPEST ? wanted : 0;
    const items = isObject(schema["items"]) ? schema["items"] : {};
    const values: Json[] = [];
    while (values.length < count && this.#values < MOST_VALUES) {
      values.push(this.write(items, name, depth + 1));
    }
    return values;
  }

  #number(schema: JsonObject, isInteger: boolean): number {
    const least = numberIn(schema["minimum"]) ?? (numberIn(schema["exclusiveMinimum"]) ?? -1) + 1;
    const most = numberIn(schema["maximum"]) ?? (numberIn(schema["exclusiveMaximum"]) ?? least + 101) - 1;
    const span = Math.max(0, most - least);
    const value = Math.min(least + this.#random.unit() * span, Math.max(least, most));
    if (isInteger) return Math.min(Math.ceil(value), Math.max(Math.ceil(least), Math.floor(most)));
    return span > 1 ? Math.max(least, Math.floor(value * 100) / 100) : value;
  }

  #text(schema: JsonObject, name: string): string {
    const format = schema["format"];
    const known = typeof format === "string" ? FORMATS[format] : undefined;
    if (known !== undefined) return known;
    const isReference = /order|number|code|(?:^|_)id$|Id$/.test(name);
    const word = isReference ? this.#reference : "as described";
    const padded = word.padEnd(Math.min(numberIn(schema["minLength"]) ?? 0, 1_000), "x");
    return padded.slice(0, numberIn(schema["maxLength"]) ?? padded.length);
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-03-01T09:00:00Z",
  date: "2026-03-01",
  time: "09:00:00Z",
  email: "customer@example.com",
  uri: "https://example.com/orders",
  uuid: "3f0d2c1e-8a4b-4c6d-9e7f-0a1b2c3d4e5f",
};

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const numberIn = (value: Json | undefined): number | null => (typeof value === "number" ? value : null);

function typeOf(schema: JsonObject): string {
  const { type } = schema;
  if (typeof type === "string") return type;
  if (Array.isArray(type) && typeof type[0] === "string") return type[0];
  if (schema["items"] !== undefined) return "array";
  const isPlainText =
    schema["minLength"] !== undefined || schema["maxLength"] !== undefined || schema["format"] !== undefined;
  return schema["properties"] !== undefined || !isPlainText ? "object" : "string";
}

function firstOf(schema: JsonObject): JsonObject | null {
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    const choices = schema[key];
    if (Array.isArray(choices) && isObject(choices[0] as Json)) return choices[0] as JsonObject;
  }
  return null;
}
