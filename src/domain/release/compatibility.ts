import type { Json, JsonObject } from "../json.ts";
import { compareSchemas, type FieldChange } from "./compare-schemas.ts";
import type { Prompt, ReleaseContent, Tool } from "./release.ts";
import { isSameJson } from "./schema-keywords.ts";

/** Whether a part is the same, changed in a way that conversations in flight bear, or changed otherwise. */
export type Compatibility = "same" | "compatible" | "breaking";

/** How a part of a release changed, field by field. */
export interface PartCompatibility {
  readonly verdict: Compatibility;
  readonly changes: readonly FieldChange[];
}

/** How one tool changed. */
export interface ToolChange extends PartCompatibility {
  readonly name: string;
  readonly status: "same" | "changed" | "added" | "removed";
}

/** How the tools of a release changed. */
export interface ToolsCompatibility {
  readonly verdict: Compatibility;
  /** By name; a tool that is the same is among them. */
  readonly tools: readonly ToolChange[];
}

/** Whether a conversation that began with one release can go on with another. */
export interface ConversationCompatibility {
  readonly verdict: Compatibility;
  readonly tools: ToolsCompatibility;
  readonly output: PartCompatibility;
  readonly variables: PartCompatibility;
  /** Why it cannot, one sentence each; empty unless `breaking`. */
  readonly reasons: readonly string[];
}

/** Whether conversations in flight that began with one release can go on with another. */
export const canGoOnWith = (before: ReleaseContent, next: ReleaseContent): boolean =>
  conversationCompatibility(before, next).verdict !== "breaking";

const verdictOf = (changes: readonly FieldChange[]): Compatibility => {
  if (changes.length === 0) return "same";
  return changes.some(({ isBreaking }) => isBreaking) ? "breaking" : "compatible";
};

const partOf = (changes: readonly FieldChange[]): PartCompatibility => ({ verdict: verdictOf(changes), changes });

const whole = (isBreaking: boolean, what: string): PartCompatibility => partOf([{ path: "", isBreaking, what }]);

const worst = (verdicts: readonly Compatibility[]): Compatibility => {
  if (verdicts.includes("breaking")) return "breaking";
  return verdicts.includes("compatible") ? "compatible" : "same";
};

function compareTools(name: string, before: Tool | undefined, after: Tool | undefined): ToolChange {
  if (before === undefined) return { name, status: "added", ...whole(false, "is a new tool") };
  if (after === undefined) return { name, status: "removed", ...whole(true, "is no longer a tool") };
  const changes = [...compareSchemas(before.parameters, after.parameters, "arguments")];
  if (before.description !== after.description)
    changes.push({ path: "", isBreaking: false, what: "description changed" });
  if (before.strict !== after.strict)
    changes.push({ path: "", isBreaking: false, what: `strict: ${before.strict} → ${after.strict}` });
  return { name, status: changes.length === 0 ? "same" : "changed", ...partOf(changes) };
}

/**
 * Whether tool calls that were made under `before` are still good under `after`: every tool is still there, and
 * takes all arguments that it took (`compareSchemas`). New tools and wider arguments are compatible. The relation
 * "not breaking" is reflexive and transitive; the order of tools does not matter.
 */
export function toolCompatibility(before: readonly Tool[], after: readonly Tool[]): ToolsCompatibility {
  const byName = (tools: readonly Tool[]): Map<string, Tool> => new Map(tools.map((tool) => [tool.name, tool]));
  const [old, fresh] = [byName(before), byName(after)];
  const names = [...new Set([...old.keys(), ...fresh.keys()])].toSorted();
  const tools = names.map((name) => compareTools(name, old.get(name), fresh.get(name)));
  return { verdict: worst(tools.map(({ verdict }) => verdict)), tools };
}

type OutputForm =
  | { readonly kind: "text" }
  | { readonly kind: "object" }
  | { readonly kind: "schema"; readonly name: Json; readonly schema: JsonObject; readonly isStrict: boolean }
  | { readonly kind: "other"; readonly value: Json };

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What `response_format` of the Chat Completions API asks of an answer; text when nothing. */
function outputForm(parameters: Readonly<Record<string, Json>>): OutputForm {
  const format = Object.hasOwn(parameters, "response_format") ? parameters["response_format"] : undefined;
  if (format === undefined || format === null) return { kind: "text" };
  if (!isObject(format)) return { kind: "other", value: format };
  if (format["type"] === "text") return { kind: "text" };
  if (format["type"] === "json_object") return { kind: "object" };
  const asked = format["json_schema"];
  if (format["type"] !== "json_schema" || !isObject(asked)) return { kind: "other", value: format };
  const schema = asked["schema"];
  const name = asked["name"] ?? null;
  return { kind: "schema", name, schema: isObject(schema) ? schema : {}, isStrict: asked["strict"] === true };
}

const FORM_NAMES = {
  text: "text",
  object: "any JSON object",
  schema: "JSON by a schema",
  other: "another form",
} as const;

/**
 * Whether an application that reads the answers of `before` can read those of `after`, by `response_format`: the
 * same form, and for JSON every field that was declared is still there and no wider (`compareSchemas`).
 * New fields are compatible. Takes the `parameters` of two releases.
 */
export function outputCompatibility(
  before: Readonly<Record<string, Json>>,
  after: Readonly<Record<string, Json>>,
): PartCompatibility {
  const [old, fresh] = [outputForm(before), outputForm(after)];
  if (old.kind === "schema" && fresh.kind === "schema") return compareForms(old, fresh);
  if (old.kind === "other" && fresh.kind === "other" && isSameJson(old.value, fresh.value)) return partOf([]);
  if (old.kind === fresh.kind && old.kind !== "other") return partOf([]);
  const narrows = old.kind === "object" && fresh.kind === "schema" && fresh.isStrict && isOfObjects(fresh.schema);
  return whole(!narrows, `answers: ${FORM_NAMES[old.kind]} → ${FORM_NAMES[fresh.kind]}`);
}

const isOfObjects = (schema: JsonObject): boolean =>
  compareSchemas({ type: "object" }, schema, "answers").every(({ isBreaking }) => !isBreaking);

function compareForms(
  old: Extract<OutputForm, { kind: "schema" }>,
  fresh: Extract<OutputForm, { kind: "schema" }>,
): PartCompatibility {
  const changes = [...compareSchemas(old.schema, fresh.schema, "answers")];
  if (!isSameJson(old.name, fresh.name)) changes.push({ path: "", isBreaking: false, what: "name changed" });
  if (old.isStrict !== fresh.isStrict)
    changes.push({ path: "", isBreaking: old.isStrict, what: `strict: ${old.isStrict} → ${fresh.isStrict}` });
  return partOf(changes);
}

/**
 * Whether requests that were good for `before` are good for `after`: a variable that is required now must have been
 * required before. Variables that are gone are ignored by the gateway.
 */
export function variableCompatibility(before: Prompt | null, after: Prompt | null): PartCompatibility {
  const [old, fresh] = [before?.variables ?? {}, after?.variables ?? {}];
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].toSorted();
  return partOf(
    names.flatMap((path): FieldChange[] => {
      const [was, is] = [ownOf(old, path), ownOf(fresh, path)];
      if (is === undefined) return [{ path, isBreaking: false, what: "is no longer a variable" }];
      if (was?.required === is.required) return [];
      if (is.required) return [{ path, isBreaking: true, what: "is a required variable now" }];
      return [{ path, isBreaking: false, what: was === undefined ? "is a new variable" : "is no longer required" }];
    }),
  );
}

const ownOf = <T>(record: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

const reasonsOf = (subject: string, { changes }: PartCompatibility): readonly string[] =>
  changes
    .filter(({ isBreaking }) => isBreaking)
    .map(({ path, what }) => `${[subject, path].filter((word) => word !== "").join(" ")}: ${what}`);

/**
 * Whether a conversation in flight that began with `before` can be moved to `after` at its next turn: the tool
 * calls in its history stay good, the application can read the answers, and it sends every variable that the
 * prompt needs. Models, prompt text and other parameters may change freely.
 */
export function conversationCompatibility(before: ReleaseContent, after: ReleaseContent): ConversationCompatibility {
  const tools = toolCompatibility(before.tools, after.tools);
  const output = outputCompatibility(before.parameters, after.parameters);
  const variables = variableCompatibility(before.prompt, after.prompt);
  return {
    verdict: worst([tools.verdict, output.verdict, variables.verdict]),
    tools,
    output,
    variables,
    reasons: [
      ...tools.tools.flatMap((tool) => reasonsOf(`tool ${tool.name}`, tool)),
      ...reasonsOf("output", output),
      ...reasonsOf("variable", variables),
    ],
  };
}
