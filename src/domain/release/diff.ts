import { canonicalJson } from "../../kit/canonical-json.ts";
import type { Json, JsonObject } from "../json.ts";
import { type DiffLine, diffLines } from "./line-diff.ts";
import { printable } from "../../kit/printable.ts";
import type { ModelTarget, Prompt, ReleaseContent, ReleasePolicies, Tool } from "./release.ts";

/** The parts of a release a change can be in. */
export type ReleasePart = "prompt" | "models" | "parameters" | "tools" | "policies";

/** Where a change is: in a release, or in the project around it. */
export type ChangedPart = ReleasePart | "project";

/** One difference between two releases or projects. `path` says where, for people: `parameters.temperature`. */
export type Change =
  /** `null` on a side means that it has no such value there (or the JSON value null). */
  | {
      readonly kind: "value";
      readonly part: ChangedPart;
      readonly path: string;
      readonly before: Json;
      readonly after: Json;
    }
  | { readonly kind: "text"; readonly part: ChangedPart; readonly path: string; readonly lines: readonly DiffLine[] };

const same = (a: Json | undefined, b: Json | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && canonicalJson(a) === canonicalJson(b));

const isRecord = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const plain = (value: unknown): Json => value as Json;

/** Compares two JSON values; objects member by member to the given depth, everything else whole. */
export function diffValues(
  part: ChangedPart,
  path: string,
  sides: { before: Json | undefined; after: Json | undefined; depth: number },
): Change[] {
  const { before, after, depth } = sides;
  if (same(before, after)) return [];
  if (depth === 0 || !isRecord(before) || !isRecord(after)) {
    return [{ kind: "value", part, path, before: before ?? null, after: after ?? null }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  return keys.flatMap((key) =>
    diffValues(part, `${path}.${key}`, {
      before: Object.hasOwn(before, key) ? before[key] : undefined,
      after: Object.hasOwn(after, key) ? after[key] : undefined,
      depth: depth - 1,
    }),
  );
}

const promptText = (prompt: Prompt | null): string =>
  prompt === null ? "" : prompt.messages.map((message) => `[${message.role}]\n${message.template}`).join("\n\n");

function diffPrompts(before: Prompt | null, after: Prompt | null): Change[] {
  const changes: Change[] = [];
  const [old, fresh] = [promptText(before), promptText(after)];
  if (old !== fresh) {
    const lines =
      before === null ? diffLines("", fresh).filter((line) => line.kind === "added") : diffLines(old, fresh);
    changes.push({
      kind: "text",
      part: "prompt",
      path: "prompt",
      lines: after === null ? lines.filter((line) => line.kind === "removed") : lines,
    });
  }
  changes.push(...diffValues("prompt", "prompt.name", { before: before?.name, after: after?.name, depth: 0 }));
  changes.push(
    ...diffValues("prompt", "prompt.variables", {
      before: plain(before?.variables ?? {}),
      after: plain(after?.variables ?? {}),
      depth: 2,
    }),
  );
  return changes;
}

const modelName = (target: ModelTarget): string => `${target.provider}/${target.model}`;

function diffModels(before: readonly ModelTarget[], after: readonly ModelTarget[]): Change[] {
  return Array.from({ length: Math.max(before.length, after.length) }, (_, index) => {
    const [old, fresh] = [before[index], after[index]];
    return diffValues("models", `models[${index}]`, {
      before: old === undefined ? undefined : modelName(old),
      after: fresh === undefined ? undefined : modelName(fresh),
      depth: 0,
    });
  }).flat();
}

/** Deep enough to name an argument of an argument; what lies deeper is shown whole. */
const SCHEMA_DEPTH = 8;

function diffTools(before: readonly Tool[], after: readonly Tool[]): Change[] {
  const byName = (tools: readonly Tool[]): Map<string, Tool> => new Map(tools.map((tool) => [tool.name, tool]));
  const [old, fresh] = [byName(before), byName(after)];
  const changes = [...new Set([...old.keys(), ...fresh.keys()])].toSorted().flatMap((name) => {
    const [was, is] = [old.get(name), fresh.get(name)];
    return diffValues("tools", `tools.${name}`, {
      before: was === undefined ? undefined : plain(was),
      after: is === undefined ? undefined : plain(is),
      depth: SCHEMA_DEPTH,
    });
  });
  // The order of tools is part of the digest and reaches the model.
  const order = diffValues("tools", "tools (order)", { before: [...old.keys()], after: [...fresh.keys()], depth: 0 });
  return old.size === fresh.size && changes.length === 0 ? order : changes;
}

/** Policies in other words, for people. */
export type SpellPolicies = (policies: ReleasePolicies) => JsonObject;

/** Deep enough to name what changed within `routing`. */
const SPELLED_DEPTH = 3;

function diffPolicies(before: ReleasePolicies | null, after: ReleasePolicies, spell?: SpellPolicies): Change[] {
  const exact = diffValues("policies", "policies", { before: plain(before ?? {}), after: plain(after), depth: 2 });
  if (spell === undefined) return exact;
  const [old, fresh] = [before === null ? {} : spell(before), spell(after)];
  const spelled = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].flatMap((key) =>
    diffValues("policies", key, { before: old[key], after: fresh[key], depth: SPELLED_DEPTH }),
  );
  // Words may be coarser than what they stand for; no difference may be lost over that.
  return spelled.length === 0 ? exact : spelled;
}

const NOTHING: Pick<ReleaseContent, "prompt" | "models" | "parameters" | "tools"> & { readonly policies: null } = {
  prompt: null,
  models: [],
  parameters: {},
  tools: [],
  policies: null,
};

/**
 * What differs between two releases, in the order of their parts; empty exactly when their digests agree
 * (as long as both are of one endpoint). `before` is `null` for an endpoint's first release. With `spell` policies are told
 * as it spells them.
 */
export function diffReleases(
  before: ReleaseContent | null,
  after: ReleaseContent,
  spell?: SpellPolicies,
): readonly Change[] {
  const old = before ?? NOTHING;
  return [
    ...diffPrompts(old.prompt, after.prompt),
    ...diffModels(old.models, after.models),
    ...diffValues("parameters", "parameters", { before: old.parameters, after: after.parameters, depth: 1 }),
    ...diffTools(old.tools, after.tools),
    ...diffPolicies(old.policies, after.policies, spell),
  ];
}

// Unchanged lines shown around a changed one.
const CONTEXT = 2;

const SIGNS = { same: " ", added: "+", removed: "-" } as const;

function formatLines(lines: readonly DiffLine[]): string[] {
  const near = (index: number): boolean =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => line.kind !== "same");
  const shown: string[] = [];
  let skipping = false;
  for (const [index, line] of lines.entries()) {
    if (near(index)) shown.push(`  ${SIGNS[line.kind]} ${printable(line.text)}`.trimEnd());
    else if (!skipping) shown.push("    …");
    skipping = !near(index);
  }
  return shown;
}

const shown = (value: Json): string =>
  printable(typeof value === "string" ? JSON.stringify(value) : canonicalJson(value));

/** Longest value that stands on one line, characters. */
const ONE_LINE = 72;

const isLong = (value: Json): boolean =>
  typeof value === "object" && value !== null && canonicalJson(value).length > ONE_LINE;

/** A value as people read it, a line for each member: what is short stands on one line. */
function linesOf(value: Json): string[] {
  if (!isLong(value)) return [shown(value)];
  if (Array.isArray(value)) return value.flatMap((one: Json) => itemLines(one));
  return Object.entries(value as JsonObject).flatMap(([key, member]) =>
    isLong(member)
      ? [`${printable(key)}:`, ...linesOf(member).map((line) => `  ${line}`)]
      : [`${printable(key)}: ${shown(member)}`],
  );
}

function itemLines(one: Json): string[] {
  const [first = "", ...rest] = linesOf(one);
  return [`- ${first}`, ...rest.map((line) => `  ${line}`)];
}

function formatChange(change: Change): string[] {
  const path = printable(change.path);
  if (change.kind === "text") return [`${path}:`, ...formatLines(change.lines)];
  const { before, after } = change;
  if (before === null) return sideLines(`+ ${path}`, after);
  if (after === null) return sideLines(`- ${path}`, before);
  if (!isLong(before) && !isLong(after)) return [`~ ${path}: ${shown(before)} → ${shown(after)}`];
  return [`~ ${path}:`, ...formatLines(diffLines(linesOf(before).join("\n"), linesOf(after).join("\n")))];
}

const sideLines = (head: string, value: Json): string[] =>
  isLong(value) ? [`${head}:`, ...linesOf(value).map((line) => `    ${line}`)] : [`${head}: ${shown(value)}`];

/** The changes for a terminal, without colours: `+` added, `-` removed, `~` changed; empty when there are none. */
export function formatDiff(changes: readonly Change[]): string {
  return changes.flatMap(formatChange).join("\n");
}
