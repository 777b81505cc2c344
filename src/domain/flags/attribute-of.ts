import type { Json, JsonObject } from "../json.ts";

/**
 * An attribute of a context: its own member of that name, or with dots in the name a member of a member (`company.plan`).
 * `undefined` where there is none. `null` is as good as none.
 */
export function attributeOf(context: JsonObject, name: string): Json | undefined {
  const own = memberOf(context, name);
  if (own !== undefined || !name.includes(".")) return own;
  let here: Json | undefined = context;
  for (const part of name.split(".")) here = memberOf(here, part);
  return here;
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
    return undefined;
  return (value as JsonObject)[name] ?? undefined;
}
