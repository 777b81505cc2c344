import type { JsonObject } from "../../domain/json.ts";
import { canonicalJson } from "../../kit/canonical-json.ts";

/**
 * What `variables` add to the opening of a conversation: equal values have equal texts, in whatever order they come, and
 * none add nothing. A prompt with variables may be asked with the same words by everybody; the values tell its sessions apart.
 */
export function variablesInOpening(variables: JsonObject | null): string {
  if (variables === null) return "";
  const text = canonicalJson(variables);
  return text === "{}" ? "" : `variables ${text.length} ${text}\n`;
}
