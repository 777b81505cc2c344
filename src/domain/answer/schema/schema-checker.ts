import { RE2JS } from "re2js";
import type { Json, JsonObject } from "../../json.ts";
import { checkArray } from "./array-keywords.ts";
import { checkKind } from "./check-kind.ts";
import { checkNumber } from "./check-number.ts";
import { checkText } from "./check-text.ts";
import { checkObject } from "./object-keywords.ts";
import { Run, Unchecked, isList, isObject } from "./run.ts";
import type { Checked, Place, SchemaFault } from "./run.ts";

/** What a check came to. `unchecked` is neither good nor bad: the schema asks for more than can be looked at here. */
export type SchemaOutcome =
  | { readonly type: "fits" }
  | { readonly type: "faults"; readonly faults: readonly [SchemaFault, ...SchemaFault[]] }
  | { readonly type: "unchecked"; readonly reason: string };

/** Faults told of one value. */
const MOST_FAULTS = 4;
const MOST_PATTERN = 1_000;
/** States of a pattern that take as long as one step of the rest. */
const STATES_PER_STEP = 16;

/**
 * Checks values against a JSON Schema (2020-12 and the older drafts as far as they agree; https://json-schema.org).
 * It interprets the schema, makes no code of it, matches patterns in linear time (RE2), and does a bounded amount of
 * work whatever schema and value are. References stay within the schema. `unevaluatedProperties`,
 * `unevaluatedItems` and formats but dates, times and UUIDs are not looked at.
 */
export class SchemaChecker {
  readonly #root: JsonObject;
  readonly #patterns = new Map<string, RE2JS>();
  #anchors: ReadonlyMap<string, Json> | null = null;

  constructor(schema: JsonObject) {
    this.#root = schema;
  }

  check(value: Json): SchemaOutcome {
    const run = new Run(MOST_FAULTS);
    try {
      if (this.#descend(run, this.#root, { value, place: null })) return { type: "fits" };
      const [first, ...more] = run.faults;
      return { type: "faults", faults: [first ?? { at: "", detail: "it does not fit" }, ...more] };
    } catch (error) {
      if (error instanceof Unchecked) return { type: "unchecked", reason: error.message };
      throw error;
    }
  }

  #descend(run: Run, schema: Json, { value, place }: Checked): boolean {
    run.spend(1);
    if (schema === false) return run.fault(place, "nothing is allowed here");
    if (!isObject(schema)) return true;
    return run.within(() => this.#checkAll(run, schema, { value, place }));
  }

  #checkAll(run: Run, schema: JsonObject, at: Checked): boolean {
    const { value, place } = at;
    const descend = (part: Json, inner: Json, where: Place | null): boolean =>
      this.#descend(run, part, { value: inner, place: where });
    const fits = (pattern: string, text: string): boolean => this.#fits(run, pattern, text);
    if (!checkKind(run, schema, at)) return false;
    if (typeof value === "string" && !checkText(run, schema, { value, place, fits })) return false;
    if (typeof value === "number" && !checkNumber(run, schema, { value, place })) return false;
    if (isList(value) && !checkArray({ run, schema, descend }, { value, place })) return false;
    if (isObject(value) && !checkObject({ run, schema, descend, fits }, { value, place })) return false;
    return this.#checkReferences(run, schema, at) && this.#checkCombined(run, schema, at);
  }

  #checkReferences(run: Run, schema: JsonObject, at: Checked): boolean {
    for (const keyword of ["$ref", "$dynamicRef", "$recursiveRef"]) {
      const reference = schema[keyword];
      if (typeof reference === "string" && !this.#descend(run, this.#find(reference), at)) return false;
    }
    return true;
  }

  #checkCombined(run: Run, schema: JsonObject, at: Checked): boolean {
    const { allOf, anyOf, oneOf, not } = schema;
    const count = (parts: readonly Json[]): number =>
      parts.filter((part) => run.quietly(() => this.#descend(run, part, at))).length;
    if (isList(allOf) && !allOf.every((part) => this.#descend(run, part, at))) return false;
    if (isList(anyOf) && !anyOf.some((part) => run.quietly(() => this.#descend(run, part, at)))) {
      return run.fault(at.place, `it fits none of the ${anyOf.length} alternatives`);
    }
    if (isList(oneOf) && count(oneOf) !== 1) {
      return run.fault(at.place, `it does not fit exactly one of the ${oneOf.length} alternatives`);
    }
    if (not !== undefined && count([not]) === 1) return run.fault(at.place, "it is what it must not be");
    return this.#checkCondition(run, schema, at);
  }

  #checkCondition(run: Run, schema: JsonObject, at: Checked): boolean {
    const condition = schema["if"];
    if (condition === undefined) return true;
    const part = run.quietly(() => this.#descend(run, condition, at)) ? schema["then"] : schema["else"];
    return part === undefined || this.#descend(run, part, at);
  }

  /** The part that `#`, `#/a/pointer`, `#anchor` or an id of this very document names. */
  #find(reference: string): Json {
    if (reference === "#") return this.#root;
    const found = reference.startsWith("#/") ? pointed(this.#root, reference) : this.#named(reference);
    if (found === undefined) throw new Unchecked("it refers to a schema that is not in it");
    return found;
  }

  #named(reference: string): Json | undefined {
    this.#anchors ??= anchorsIn(this.#root);
    return this.#anchors.get(reference);
  }

  #fits(run: Run, pattern: string, text: string): boolean {
    let compiled = this.#patterns.get(pattern);
    if (compiled === undefined) {
      compiled = compile(pattern);
      this.#patterns.set(pattern, compiled);
    }
    // A character takes at most as long as the pattern has states.
    run.spend(10 + (text.length * compiled.programSize()) / STATES_PER_STEP);
    return compiled.matcher(text).find();
  }
}

/** Look-behind, look-ahead and back references have no linear time. */
function compile(pattern: string): RE2JS {
  if (pattern.length > MOST_PATTERN) throw new Unchecked("one of its patterns is too long");
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern));
  } catch {
    throw new Unchecked("one of its patterns cannot be matched in linear time");
  }
}

function pointed(root: Json, reference: string): Json | undefined {
  let at: Json | undefined = root;
  for (const step of decoded(reference).split("/").slice(1)) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (isList(at)) at = at[Number(key)];
    else if (isObject(at)) at = Object.hasOwn(at, key) ? at[key] : undefined;
    else return undefined;
  }
  return at;
}

function decoded(reference: string): string {
  try {
    return decodeURIComponent(reference);
  } catch {
    return reference;
  }
}

/** Every part with a name of its own, by how a reference writes it. */
function anchorsIn(root: JsonObject): ReadonlyMap<string, Json> {
  const anchors = new Map<string, Json>();
  const open: Json[] = [root];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (isList(part)) open.push(...part);
    if (!isObject(part)) continue;
    const { $id, $anchor, $dynamicAnchor } = part;
    if (typeof $id === "string") anchors.set($id, part);
    for (const name of [$anchor, $dynamicAnchor]) if (typeof name === "string") anchors.set(`#${name}`, part);
    open.push(...Object.values(part));
  }
  return anchors;
}
