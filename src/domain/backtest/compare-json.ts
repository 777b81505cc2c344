import type { Json } from "../json.ts";

/** How the structure of two JSON answers differs: fields by their path, `/order/items/#/id`. */
export interface StructureChange {
  /** The candidate has them and the baseline does not. */
  readonly added: readonly string[];
  readonly missing: readonly string[];
  /** With both types: `/total: number → string`. */
  readonly retyped: readonly string[];
}

/** Fields of an answer that are compared. */
const MOST_FIELDS = 2_000;
/** Levels that are compared. */
const MOST_LEVELS = 32;
/** Fields that a comparison names. */
const MOST_NAMED = 20;
/** Characters of a member's name that are compared, and of a path that is named. */
const LONGEST_NAME = 200;

/** The answer as JSON, also inside of a Markdown fence; `undefined` for what is none. Numbers and texts alone are text. */
export function jsonIn(text: string): Json | undefined {
  const trimmed = text.trim();
  const bare = trimmed.startsWith("```") && trimmed.endsWith("```") ? unfenced(trimmed) : trimmed;
  if (!bare.startsWith("{") && !bare.startsWith("[")) return undefined;
  try {
    return JSON.parse(bare) as Json;
  } catch {
    return undefined;
  }
}

const unfenced = (text: string): string => {
  const line = text.indexOf("\n");
  return line < 0 ? "" : text.slice(line + 1, -3).trim();
};

/** What differs in fields and types; values are not compared, and the items of a list count as one. */
export function compareStructure(baseline: Json, candidate: Json): StructureChange {
  const [before, after] = [fieldsOf(baseline), fieldsOf(candidate)];
  const added: string[] = [];
  const missing: string[] = [];
  const retyped: string[] = [];
  for (const [path, types] of after) {
    const was = before.get(path);
    if (was === undefined) added.push(path);
    else if (!hasNewType(was, types)) continue;
    else retyped.push(`${path || "/"}: ${namesOf(was)} → ${namesOf(types)}`);
  }
  for (const path of before.keys()) if (!after.has(path)) missing.push(path);
  return { added: named(added), missing: named(missing), retyped: named(retyped) };
}

/** Whether anything differs. */
export const isSameStructure = ({ added, missing, retyped }: StructureChange): boolean =>
  added.length + missing.length + retyped.length === 0;

const named = (paths: readonly string[]): readonly string[] =>
  paths
    .toSorted()
    .slice(0, MOST_NAMED)
    .map((path) => (path.length <= LONGEST_NAME ? path : `${path.slice(0, LONGEST_NAME - 1).toWellFormed()}…`));

const hasNewType = (was: ReadonlySet<string>, is: ReadonlySet<string>): boolean =>
  [...is].some((type) => !was.has(type)) || [...was].some((type) => !is.has(type));

const namesOf = (types: ReadonlySet<string>): string => [...types].toSorted().join(" | ");

type Fields = Map<string, Set<string>>;

function fieldsOf(value: Json): Fields {
  const fields: Fields = new Map();
  gather(value, { path: "", level: 0, fields });
  return fields;
}

interface Place {
  readonly path: string;
  readonly level: number;
  readonly fields: Fields;
}

function gather(value: Json, { path, level, fields }: Place): void {
  if (fields.size >= MOST_FIELDS || level > MOST_LEVELS) return;
  const types = fields.get(path) ?? new Set();
  types.add(typeOf(value));
  fields.set(path, types);
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) gather(item, { path: `${path}/#`, level: level + 1, fields });
    return;
  }
  if (typeof value !== "object" || value === null) return;
  for (const [name, member] of Object.entries(value)) {
    // A path repeats the names above it: whole ones would make thousands of long paths of one long name.
    const escaped = name.slice(0, LONGEST_NAME).replaceAll("~", "~0").replaceAll("/", "~1");
    gather(member, { path: `${path}/${escaped}`, level: level + 1, fields });
  }
}

function typeOf(value: Json): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
