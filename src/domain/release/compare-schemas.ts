import { canonicalJson } from "../../kit/canonical-json.ts";
import type { Json, JsonObject } from "../json.ts";
import {
  areValuesContained,
  canBe,
  isKeywordContained,
  isSameJson,
  isWording,
  kindOf,
  memberOf,
} from "./schema-keywords.ts";

/** One difference between two JSON Schemas. */
export interface FieldChange {
  /** The field for people: `order.items[].price`; `""` is the whole. */
  readonly path: string;
  /** Whether what was good before may not be good after. */
  readonly isBreaking: boolean;
  /** A sentence without its subject: `is required now`. */
  readonly what: string;
}

/**
 * What a schema is for. `arguments` were written under the schema of before and are read under that of after: all
 * that were valid must still be. `answers` are written under the schema of after and read by an application that knows that of
 * before: all that are valid now must have been valid then.
 */
export type SchemaUse = "arguments" | "answers";

interface Pair<T> {
  readonly before: T;
  readonly after: T;
}

interface Walk {
  readonly use: SchemaUse;
  /** What `$ref` can lead to on either side, in canonical form. */
  readonly definitions: Pair<string>;
  readonly changes: FieldChange[];
  /** Comparisons that may still be made: alternatives within alternatives multiply. */
  readonly budget: { left: number };
}

const MOST_COMPARISONS = 5_000;
const DEEPEST = 64;
const LONGEST_VALUE = 80;

const DEFINITIONS = ["$defs", "definitions"] as const;
const VALUES = ["type", "enum", "const"] as const;
/** Keywords that have a rule of their own here. */
const RULED: ReadonlySet<string> = new Set([
  ...DEFINITIONS,
  ...VALUES,
  "properties",
  "required",
  "additionalProperties",
  "items",
  "anyOf",
  "allOf",
  "$ref",
]);

/**
 * Compares two JSON Schemas field by field; empty when they are the same. A difference is told as compatible only
 * when the words of both schemas prove it; what the comparison cannot see through (another `oneOf`, `not`,
 * `pattern` or `$ref`) is told as breaking. "No breaking change" is reflexive and transitive. A field that a
 * schema does not declare is no part of its promise: declaring one more is compatible whatever
 * `additionalProperties` says, and a field that is declared no longer is breaking.
 */
export function compareSchemas(before: JsonObject, after: JsonObject, use: SchemaUse): readonly FieldChange[] {
  if (isSameJson(before, after)) return [];
  const definitions = { before: definitionsOf(before), after: definitionsOf(after) };
  const walk: Walk = { use, definitions, changes: [], budget: { left: MOST_COMPARISONS } };
  compareNodes({ before, after }, { path: "", depth: 0 }, walk);
  return walk.changes;
}

const definitionsOf = (root: JsonObject): string =>
  canonicalJson(DEFINITIONS.map((key) => memberOf(root, key) ?? null));

interface Place {
  readonly path: string;
  readonly depth: number;
}

const field = ({ path, depth }: Place, name: string): Place => ({
  path: path === "" ? name : `${path}.${name}`,
  depth: depth + 1,
});

const item = ({ path, depth }: Place): Place => ({ path: `${path}[]`, depth: depth + 1 });

type Node = Json | undefined;

const isObject = (value: Node): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The side whose values are written, and the side under which they are read. */
const directed = <T>({ before, after }: Pair<T>, use: SchemaUse): { readonly from: T; readonly to: T } =>
  use === "arguments" ? { from: before, to: after } : { from: after, to: before };

const shown = (value: Node): string => {
  const text = value === undefined ? "nothing" : canonicalJson(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1)}…` : text;
};

const fromTo = ({ before, after }: Pair<Node>): string => `${shown(before)} → ${shown(after)}`;

function tell(walk: Walk, { path }: Place, change: Omit<FieldChange, "path">): void {
  walk.changes.push({ path, ...change });
}

/** A schema that says nothing, and `true`, accept everything. */
const plain = (node: Node): Json => (node === undefined || node === true ? {} : node);

function compareNodes(pair: Pair<Node>, place: Place, walk: Walk): void {
  const [before, after] = [plain(pair.before), plain(pair.after)];
  const { from, to } = directed({ before, after }, walk.use);
  walk.budget.left -= 1;
  if (isObject(before) && isObject(after) && place.depth <= DEEPEST && walk.budget.left >= 0)
    return compareObjects({ before, after }, place, walk);
  if (!isSameJson(from, to)) {
    const isBreaking = from !== false && !(isObject(to) && Object.keys(to).length === 0);
    tell(walk, place, { isBreaking, what: `schema: ${fromTo(pair)}` });
  }
}

/** Whether a comparison finds nothing breaking, without telling what it finds. */
function holds(pair: Pair<Node>, place: Place, walk: Walk): boolean {
  const changes: FieldChange[] = [];
  compareNodes(pair, { ...place, depth: place.depth + 1 }, { ...walk, changes });
  return changes.every(({ isBreaking }) => !isBreaking);
}

function compareObjects(pair: Pair<JsonObject>, place: Place, walk: Walk): void {
  const { from } = directed(pair, walk.use);
  compareValues(pair, place, walk);
  compareKeywords(pair, place, walk);
  if (canBe(from, "object")) {
    compareFields(pair, place, walk);
    compareUndeclared(pair, place, walk);
  }
  if (canBe(from, "array")) compareItems(pair, place, walk);
  compareAnyOf(pair, place, walk);
  compareAllOf(pair, place, walk);
  compareReferences(pair, place, walk);
}

const membersOf = ({ before, after }: Pair<JsonObject>, key: string): Pair<Node> => ({
  before: memberOf(before, key),
  after: memberOf(after, key),
});

const differ = ({ before, after }: Pair<Node>): boolean => !isSameJson(before, after);

function compareValues(pair: Pair<JsonObject>, place: Place, walk: Walk): void {
  const { from, to } = directed(pair, walk.use);
  const changed = VALUES.filter((key) => differ(membersOf(pair, key)));
  const isBreaking = !areValuesContained(from, to);
  for (const key of changed) tell(walk, place, { isBreaking, what: `${key}: ${fromTo(membersOf(pair, key))}` });
}

function compareKeywords(pair: Pair<JsonObject>, place: Place, walk: Walk): void {
  const keys = new Set([...Object.keys(pair.before), ...Object.keys(pair.after)]);
  const source = directed(pair, walk.use).from;
  for (const key of [...keys].filter((one) => !RULED.has(one)).toSorted()) {
    const members = membersOf(pair, key);
    if (!differ(members)) continue;
    const { from, to } = directed(members, walk.use);
    const isBreaking = canBe(source, kindOf(key)) && !isKeywordContained(key, from, to);
    tell(walk, place, { isBreaking, what: isWording(key) ? `${key} changed` : `${key}: ${fromTo(members)}` });
  }
}

const objectOf = (node: Node): JsonObject => (isObject(node) ? node : {});

const namesOf = (node: Node): readonly string[] =>
  Array.isArray(node) ? (node as readonly Json[]).filter((name) => typeof name === "string") : [];

function compareFields(pair: Pair<JsonObject>, place: Place, walk: Walk): void {
  const [old, fresh] = [objectOf(memberOf(pair.before, "properties")), objectOf(memberOf(pair.after, "properties"))];
  const [needed, needs] = [namesOf(memberOf(pair.before, "required")), namesOf(memberOf(pair.after, "required"))];
  const names = new Set([...Object.keys(old), ...Object.keys(fresh), ...needed, ...needs]);
  for (const name of [...names].toSorted()) {
    const [was, is] = [Object.hasOwn(old, name), Object.hasOwn(fresh, name)];
    const at = field(place, name);
    if (was && is) compareNodes({ before: old[name], after: fresh[name] }, at, walk);
    else if (was) tell(walk, at, { isBreaking: true, what: "is no longer declared" });
    else if (is) tell(walk, at, { isBreaking: false, what: "is new" });
    if (needed.includes(name) === needs.includes(name)) continue;
    const isNow = needs.includes(name);
    const isBreaking = isNow === (walk.use === "arguments");
    tell(walk, at, { isBreaking, what: isNow ? "is required now" : "is no longer required" });
  }
}

function compareUndeclared(pair: Pair<JsonObject>, place: Place, walk: Walk): void {
  const { before = true, after = true } = membersOf(pair, "additionalProperties");
  const members = { before, after };
  if (!differ(members)) return;
  tell(walk, place, { isBreaking: !holds(members, place, walk), what: `undeclared fields: ${fromTo(members)}` });
}

function compareItems(pair: Pair<JsonObject>, place: Place, walk: Walk): void {
  const members = membersOf(pair, "items");
  if (!differ(members)) return;
  // A list of schemas is the tuple of older drafts.
  if (!Array.isArray(members.before) && !Array.isArray(members.after)) compareNodes(members, item(place), walk);
  else tell(walk, place, { isBreaking: true, what: `items: ${fromTo(members)}` });
}

/** A pair from the two sides of a direction. */
const undirected = (from: Node, to: Node, use: SchemaUse): Pair<Node> =>
  use === "arguments" ? { before: from, after: to } : { before: to, after: from };

const listOf = (node: Node): readonly Json[] | null => (Array.isArray(node) ? (node as readonly Json[]) : null);

function compareAnyOf(pair: Pair<JsonObject>, place: Place, walk: Walk): void {
  const members = membersOf(pair, "anyOf");
  if (!differ(members)) return;
  const { from, to } = directed(members, walk.use);
  const isBreaking = to !== undefined && !isAmong(directed(pair, walk.use).from, { from, to }, { place, walk });
  tell(walk, place, { isBreaking, what: `anyOf: ${fromTo(members)}` });
}

interface Context {
  readonly place: Place;
  readonly walk: Walk;
}

/** Whether every alternative of `from`, or the whole, fits one of `to`. */
function isAmong(
  whole: JsonObject,
  { from, to }: { readonly from: Node; readonly to: Node },
  { place, walk }: Context,
): boolean {
  const [old, fresh] = [listOf(from), listOf(to)];
  if (fresh === null) return false;
  const fits = (one: Json): boolean => fresh.some((other) => holds(undirected(one, other, walk.use), place, walk));
  return (old?.every(fits) ?? false) || fits(whole);
}

function compareAllOf(pair: Pair<JsonObject>, place: Place, walk: Walk): void {
  const members = membersOf(pair, "allOf");
  if (!differ(members)) return;
  const { from, to } = directed(members, walk.use);
  const whole = directed(pair, walk.use).from;
  const sources = [...(listOf(from) ?? []), whole];
  const demanded = to === undefined ? [] : listOf(to);
  const isMet = demanded?.every((one) =>
    sources.some((source) => holds(undirected(source, one, walk.use), place, walk)),
  );
  tell(walk, place, { isBreaking: isMet !== true, what: `allOf: ${fromTo(members)}` });
}

function compareReferences(pair: Pair<JsonObject>, place: Place, walk: Walk): void {
  const members = membersOf(pair, "$ref");
  const { to } = directed(members, walk.use);
  const isOther = walk.definitions.before !== walk.definitions.after;
  if (to === undefined ? !differ(members) : !differ(members) && !isOther) return;
  const what = differ(members) ? `$ref: ${fromTo(members)}` : `what ${shown(to)} stands for changed`;
  tell(walk, place, { isBreaking: to !== undefined, what });
}
