import { RollwardError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import type { ByteEdit, DialectName, IncomingRequest, MemberSpan, ReleaseParts } from "../../ports/dialect.ts";

const EMPTY = Buffer.alloc(0);

/** Edits of a request's body, in any order. */
export type BodyEdits = readonly ByteEdit[];

/** Members with their values as JSON. */
export type MemberBytes = ReadonlyMap<string, Buffer>;

/** Each value as JSON. */
export function memberBytes(members: Readonly<Record<string, Json>>): MemberBytes {
  const values = new Map(Object.entries(members).map(([name, value]) => [name, Buffer.from(JSON.stringify(value))]));
  addedWhole.set(values, Buffer.from(addition(values)));
  return values;
}

/** What `setMembers` adds to a request that has none of the members, ready for those of a release. */
const addedWhole = new WeakMap<MemberBytes, Buffer>();

/** Members before others; `model` always follows, so a trailing comma is right. */
const addition = (members: Iterable<readonly [string, Buffer]>): string =>
  [...members].map(([name, value]) => `${JSON.stringify(name)}:${value.toString()},`).join("");

/** Gives top-level members these values, whether the request has them or not. */
export function setMembers(request: IncomingRequest, members: MemberBytes): BodyEdits {
  if (members.size === 0) return [];
  const edits: ByteEdit[] = [];
  for (const [name, value] of members) {
    const present = request.members.get(name);
    if (present !== undefined) edits.push({ ...present.value, bytes: value });
  }
  if (edits.length === members.size) return edits;
  const whole = edits.length === 0 ? addedWhole.get(members) : undefined;
  const bytes = whole ?? Buffer.from(addition([...members].filter(([name]) => !request.members.has(name))));
  edits.push({ start: request.bodyStart, end: request.bodyStart, bytes });
  return edits;
}

/** Puts items (JSON, joined with commas) at the head of an array that the request has. */
export function insertIntoArray(request: IncomingRequest, name: string, items: string | ArrayItems): ByteEdit {
  const { alone, followed } = typeof items === "string" ? arrayItems(items) : items;
  const start = memberOf(request, name).value.start + 1;
  const isEmpty = (request.body[name] as readonly Json[]).length === 0;
  return { start, end: start, bytes: isEmpty ? alone : followed };
}

/** Items of an array as bytes, without and with the comma before others. */
export interface ArrayItems {
  readonly alone: Buffer;
  readonly followed: Buffer;
}

/** Makes the bytes of items (JSON, joined with commas) once for many requests. */
export function arrayItems(items: string): ArrayItems {
  const followed = Buffer.from(`${items},`);
  return { alone: followed.subarray(0, -1), followed };
}

/** Gives a top-level member's value this place's bytes. The request has the member. */
export const replaceValue = (request: Pick<IncomingRequest, "members">, name: string, bytes: Buffer): ByteEdit => ({
  ...memberOf(request, name).value,
  bytes,
});

/** Removes members with the comma that goes with them. `model` is never among them, so one always stays. */
export function dropMembers(request: IncomingRequest, names: readonly string[]): BodyEdits {
  if (!names.some((name) => request.members.has(name))) return [];
  const members = [...request.members];
  const edits: ByteEdit[] = [];
  const kept = members.findIndex(([name]) => !names.includes(name));
  const first = members[kept]?.[1].member;
  if (kept > 0 && first !== undefined)
    edits.push({ start: at(members, 0).member.start, end: first.start, bytes: EMPTY });
  for (let index = kept + 1; index < members.length; index += 1) {
    if (!names.includes(members[index]?.[0] ?? "")) continue;
    edits.push({ start: at(members, index - 1).member.end, end: at(members, index).member.end, bytes: EMPTY });
  }
  return edits;
}

/** Puts a text between two bytes. */
export const insert = (position: number, text: string): ByteEdit => ({
  start: position,
  end: position,
  bytes: Buffer.from(text),
});

/**
 * Puts the release's tools (JSON items, joined with commas) before the request's own. `nameOf` says how a tool of
 * the request is called, and `param` where in a tool its name stands, e.g. `function.name`.
 */
export function addTools(
  request: IncomingRequest,
  { tools, release }: ReleaseParts,
  words: { readonly items: string; readonly nameOf: (tool: Json) => unknown; readonly param: string },
): BodyEdits {
  if (tools.length === 0) return [];
  const sent = request.body["tools"];
  if (!Array.isArray(sent)) return setMembers(request, new Map([["tools", Buffer.from(`[${words.items}]`)]]));
  const names = new Set<unknown>(tools.map((tool) => tool.name));
  for (const [index, tool] of (sent as readonly Json[]).entries()) {
    const name = words.nameOf(tool);
    if (typeof name !== "string" || !names.has(name)) continue;
    const field = `tools[${index}] (${name})`;
    throw new RollwardError("field_owned_by_release", { field, release, param: `tools[${index}].${words.param}` });
  }
  return [insertIntoArray(request, "tools", words.items)];
}

/** A parameter of a release that the dialect of a request has no place for. */
export const noPlaceFor = (name: string, release: string, dialect: DialectName): RollwardError =>
  new RollwardError("untranslatable", {
    field: `${name} (set by ${release})`,
    provider: `of a request in ${dialect}`,
    param: null,
  });

function memberOf(request: Pick<IncomingRequest, "members">, name: string): MemberSpan {
  const span = request.members.get(name);
  if (span === undefined) throw new Error(`The dialect let a request without ${name} pass.`);
  return span;
}

function at(members: readonly (readonly [string, MemberSpan])[], index: number): MemberSpan {
  const entry = members[index];
  if (entry === undefined) throw new Error("Member index out of range.");
  return entry[1];
}
