import type { Json, JsonObject } from "../../json.ts";
import { isList, isObject, isSame } from "./run.ts";
import type { Checked, Run } from "./run.ts";

const TYPES: Readonly<Record<string, (value: Json) => boolean>> = {
  object: isObject,
  array: isList,
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
};

const nameOfType = (value: Json): string =>
  value === null ? "null" : isList(value) ? "an array" : isObject(value) ? "an object" : `a ${typeof value}`;

/** `type`, `enum` and `const`. */
export function checkKind(run: Run, schema: JsonObject, { value, place }: Checked): boolean {
  const { type } = schema;
  if (type !== undefined) {
    const wanted = (isList(type) ? type : [type]).filter((name) => typeof name === "string");
    const fits = wanted.some((name) => TYPES[name]?.(value) === true);
    if (!fits) return run.fault(place, `it is ${nameOfType(value)}, not ${wanted.join(" or ")}`);
  }
  const choices = schema["enum"];
  if (isList(choices) && !choices.some((choice) => isSame(run, choice, value))) {
    return run.fault(place, `it is none of the ${choices.length} values allowed`);
  }
  const only = schema["const"];
  if (only !== undefined && !isSame(run, only, value)) return run.fault(place, "it is not the only value allowed");
  return true;
}
