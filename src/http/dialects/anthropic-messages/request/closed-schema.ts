import type { Json, JsonObject } from "../../../../domain/json.ts";
import { isRecord } from "../../is-record.ts";

/** Keywords that hold one schema or a list of them, and those that hold schemas by name. */
const HOLDERS = ["items", "anyOf", "allOf", "oneOf"];
const NAMED_HOLDERS = ["properties", "$defs", "definitions"];

/**
 * A JSON Schema whose objects with declared properties take no others, where it does not say itself: the API demands
 * that. What satisfies the result satisfies the schema that was given.
 */
export function closedSchema(schema: JsonObject): JsonObject {
  const closed: Record<string, Json> = { ...schema };
  for (const name of HOLDERS) if (schema[name] !== undefined) closed[name] = closedIn(schema[name]);
  for (const name of NAMED_HOLDERS) {
    const named = schema[name];
    if (!isObject(named)) continue;
    closed[name] = Object.fromEntries(Object.entries(named).map(([key, inner]) => [key, closedIn(inner)]));
  }
  if (isRecord(schema["properties"]) && schema["additionalProperties"] === undefined)
    closed["additionalProperties"] = false;
  return closed;
}

function closedIn(inner: Json): Json {
  if (Array.isArray(inner)) return (inner as readonly Json[]).map(closedIn);
  return isObject(inner) ? closedSchema(inner) : inner;
}

const isObject = (value: Json | undefined): value is JsonObject => isRecord(value);
