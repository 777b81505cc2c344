import type { Json, JsonObject } from "../../json.ts";
import { finding } from "../finding.ts";
import type { Finding, FindingKind } from "../finding.ts";
import type { SchemaCache } from "../schema/schema-cache.ts";

/** Longest text that is parsed, characters. */
const MAX_TEXT = 1_000_000;

/** A text as JSON. */
export type Parsed =
  | { readonly type: "value"; readonly value: Json }
  | { readonly type: "broken" }
  | { readonly type: "unchecked" };

/** Reads a text as JSON; one that is too long is not looked at. */
export function parsedText(text: string): Parsed {
  if (text.length > MAX_TEXT) return { type: "unchecked" };
  try {
    return { type: "value", value: JSON.parse(text) as Json };
  } catch {
    return { type: "broken" };
  }
}

/** What a value is held to. */
export interface SchemaTerms {
  readonly schemas: SchemaCache;
  readonly check: FindingKind;
  /** JSON pointer of the value in the answer. */
  readonly within: string;
}

/** Where a value does not fit its schema; nothing for a schema that cannot be looked at. */
export function schemaFindings(
  value: Json,
  schema: JsonObject | null,
  { schemas, check, within }: SchemaTerms,
): readonly Finding[] {
  const outcome = schema === null ? null : (schemas.of(schema)?.check(value) ?? null);
  if (outcome?.type !== "faults") return [];
  return outcome.faults.map(({ at, detail }) => finding(check, detail, `${within}${at}`));
}
