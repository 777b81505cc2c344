import type { Json, JsonObject } from "../../../../domain/json.ts";
import type { RenderedMessage } from "../../../../domain/prompt/render.ts";
import type { ByteEdit, IncomingRequest, ReleaseParts, ReleaseWords } from "../../../../ports/dialect.ts";
import {
  addTools,
  dropMembers,
  insertIntoArray,
  memberBytes,
  noPlaceFor,
  replaceValue,
  setMembers,
} from "../../body-edits.ts";
import { isRecord } from "../../is-record.ts";
import { wireTool } from "./from-canonical.ts";

/** Members that speak to Rollward and are not for providers. */
const OURS = ["metadata", "variables"];

/**
 * A release's parts in the words of the Responses API: leading system messages come before the request's
 * `instructions`, the others before its input, tools before its tools.
 */
export function releaseWords(own: ReleaseParts): ReleaseWords {
  const { text, reasoning, ...plain } = parametersOf(own);
  const parameters = memberBytes(plain);
  const nested = Object.entries({ text, reasoning }).filter(([, value]) => value !== undefined);
  const items = own.tools.map((tool) => JSON.stringify(wireTool(tool))).join(",");
  return {
    sets: [...parameters.keys(), ...nested.map(([name]) => name)],
    edits: (request, messages) => [
      ...setMembers(request, parameters),
      ...nested.flatMap(([name, value]) => setMembers(request, memberBytes({ [name]: over(request, name, value) }))),
      ...addTools(request, own, { items, nameOf, param: "name" }),
      ...addPrompt(request, messages),
      ...dropMembers(request, OURS),
    ],
  };
}

const nameOf = (tool: Json): unknown => (isRecord(tool) ? tool["name"] : undefined);

/** The release's settings over the request's own: an effort must not take the place of a summary. */
function over({ body }: IncomingRequest, name: string, value: Json | undefined): Json {
  const sent = body[name];
  return isRecord(sent) && isRecord(value) ? { ...sent, ...value } : (value ?? null);
}

/** Parameters that have the same name and meaning in both APIs, or belong to this one alone. */
const SAME: ReadonlySet<string> = new Set([
  "temperature",
  "top_p",
  "parallel_tool_calls",
  "user",
  "safety_identifier",
  "service_tier",
  "store",
  "metadata",
  "prompt_cache_key",
  "prompt_cache_retention",
  "max_output_tokens",
  "truncation",
  "include",
  "max_tool_calls",
]);

/** What asks for nothing. */
const NOTHING: Readonly<Record<string, Json>> = { presence_penalty: 0, frequency_penalty: 0, n: 1, logprobs: false };

function parametersOf({ parameters, release }: ReleaseParts): JsonObject {
  const members: Record<string, Json> = {};
  for (const [name, value] of Object.entries(parameters)) {
    if (NOTHING[name] === value) continue;
    const said = membersFor(name, value);
    if (said === null) throw noPlaceFor(name, release, "openai-responses");
    for (const [key, part] of Object.entries(said)) {
      const known = members[key];
      members[key] = isRecord(known) && isRecord(part) ? { ...known, ...part } : part;
    }
  }
  return members;
}

function membersFor(name: string, value: Json): JsonObject | null {
  if (SAME.has(name)) return { [name]: value };
  switch (name) {
    case "max_tokens":
    case "max_completion_tokens":
      return { max_output_tokens: value };
    case "reasoning_effort":
      return { reasoning: { effort: value } };
    case "reasoning":
    case "text":
      return { [name]: value };
    case "verbosity":
      return { text: { verbosity: value } };
    case "response_format":
      return formatFor(value);
    case "tool_choice":
      return { tool_choice: choiceFor(value) };
    default:
      return null;
  }
}

/** The schema's members stand beside its type here. */
function formatFor(value: Json): JsonObject | null {
  if (!isRecord(value)) return null;
  const { type, json_schema: described } = value;
  if (type !== "json_schema") return { text: { format: value } };
  return isRecord(described) ? { text: { format: { type, ...described } } } : null;
}

function choiceFor(value: Json): Json {
  const named = isRecord(value) ? value["function"] : undefined;
  return isRecord(named) ? { type: "function", ...named } : value;
}

const isSystem = ({ role }: RenderedMessage): boolean => role === "system" || role === "developer";

function addPrompt(request: IncomingRequest, messages: readonly RenderedMessage[]): readonly ByteEdit[] {
  const first = messages.findIndex((message) => !isSystem(message));
  const leading = first < 0 ? messages : messages.slice(0, first);
  const others = first < 0 ? [] : messages.slice(first);
  return [...addInstructions(request, leading), ...addItems(request, others)];
}

function addInstructions(request: IncomingRequest, leading: readonly RenderedMessage[]): readonly ByteEdit[] {
  if (leading.length === 0) return [];
  const sent = request.body["instructions"];
  const texts = [...leading.map(({ content }) => content), ...(typeof sent === "string" ? [sent] : [])];
  return setMembers(request, memberBytes({ instructions: texts.join("\n\n") }));
}

function addItems(request: IncomingRequest, messages: readonly RenderedMessage[]): readonly ByteEdit[] {
  if (messages.length === 0) return [];
  const items = messages.map((message) => JSON.stringify(message)).join(",");
  const sent = request.body["input"];
  if (typeof sent !== "string") return [insertIntoArray(request, "input", items)];
  const own = JSON.stringify({ role: "user", content: sent });
  return [replaceValue(request, "input", Buffer.from(`[${items},${own}]`))];
}
