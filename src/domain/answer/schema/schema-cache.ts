import type { JsonObject } from "../../json.ts";
import { SchemaChecker } from "./schema-checker.ts";

/** Longest schema that is looked at, characters of JSON. */
const MAX_SCHEMA = 200_000;
/** Schemas that are remembered with their patterns; a release has few, and the rest come with requests. */
const MAX_KNOWN = 32;

/** Checkers of the schemas that were used last. */
export class SchemaCache {
  readonly #known = new Map<string, SchemaChecker>();

  /** The checker of a schema; `null` when it is too long to be looked at. */
  of(schema: JsonObject): SchemaChecker | null {
    const text = textOf(schema);
    if (text === null || text.length > MAX_SCHEMA) return null;
    const checker = this.#known.get(text) ?? new SchemaChecker(schema);
    this.#known.delete(text);
    this.#known.set(text, checker);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    return checker;
  }
}

/** What is nested without end can be read, and not be written. */
function textOf(schema: JsonObject): string | null {
  try {
    return JSON.stringify(schema);
  } catch {
    return null;
  }
}
