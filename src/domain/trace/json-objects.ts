import type { Json, JsonObject } from "../json.ts";
import { isObject } from "../object-in.ts";

/** The elements of a list that are mappings. */
export const objects = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];

/** A text, or the texts of a list. */
export function texts(value: Json | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? (value as readonly Json[]).filter((one) => typeof one === "string") : [];
}
