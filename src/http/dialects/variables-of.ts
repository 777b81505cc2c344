import type { JsonObject } from "../../domain/json.ts";

const NONE: Readonly<Record<string, string>> = Object.freeze({});

/** Values for prompt variables as text: `variables` first, then `metadata`, whose other values are not for prompts. */
export function variablesOf(
  variables: JsonObject | null,
  metadata: JsonObject | null,
): Readonly<Record<string, string>> {
  if (variables === null && metadata === null) return NONE;
  const values: Record<string, string> = {};
  for (const source of [metadata, variables]) {
    for (const name in source) {
      const value = source[name];
      if (typeof value === "string") values[name] = value;
      else if (typeof value === "number" || typeof value === "boolean") values[name] = String(value);
    }
  }
  return values;
}
