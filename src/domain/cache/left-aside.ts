import type { Json, JsonObject } from "../json.ts";

/** Where a dialect says what the canonical form carries word for word. */
interface Carried {
  /** Members that are carried as they are when they are of this type. */
  readonly members: Readonly<Record<string, "string" | "number" | "boolean">>;
  /** Members that say the same as another: beside it, the canonical form does not tell whether they are there. */
  readonly newerNames?: Readonly<Record<string, string>>;
  /** Member with the conversation. */
  readonly conversation: string;
  /** Roles that stand for themselves there. */
  readonly roles: ReadonlySet<string>;
  /** Members of a function tool, and the one that holds its schema. */
  readonly tool: { readonly schema: string; readonly nested: boolean };
}

const TOOL = new Set(["name", "description", "strict"]);

const CARRIED: Readonly<Record<string, Carried>> = {
  "openai-chat": {
    members: {
      temperature: "number",
      top_p: "number",
      seed: "number",
      presence_penalty: "number",
      frequency_penalty: "number",
      // Its newer name is not carried: not every provider knows both, so that one is not the other.
      max_tokens: "number",
      parallel_tool_calls: "boolean",
      tool_choice: "string",
    },
    newerNames: { max_tokens: "max_completion_tokens" },
    conversation: "messages",
    roles: new Set(["system", "user", "assistant"]),
    tool: { schema: "parameters", nested: true },
  },
  "openai-responses": {
    members: {
      instructions: "string",
      input: "string",
      temperature: "number",
      top_p: "number",
      max_output_tokens: "number",
      parallel_tool_calls: "boolean",
      tool_choice: "string",
    },
    conversation: "input",
    roles: new Set(["user", "assistant"]),
    tool: { schema: "parameters", nested: false },
  },
  "anthropic-messages": {
    members: { temperature: "number", top_p: "number", top_k: "number", max_tokens: "number" },
    conversation: "messages",
    roles: new Set(["user", "assistant"]),
    tool: { schema: "input_schema", nested: false },
  },
};

/** Parts that are nothing but words. */
const WORDS = new Set(["text", "input_text", "output_text"]);

/**
 * What of a request stands in its bytes and not, or not surely, in its canonical form: all of it but what is known to be
 * carried word for word, so that a member which nobody thought of is never lost. `null` where nothing is left. A provider of
 * the request's own dialect gets it all; two requests that differ in it are two questions.
 */
export function leftAside(dialect: string, body: JsonObject, leftOut: ReadonlySet<string>): JsonObject | null {
  const carried = CARRIED[dialect];
  const aside: [string, Json][] = [];
  for (const [name, value] of Object.entries(body)) {
    if (leftOut.has(name)) continue;
    const newer = carried?.newerNames?.[name];
    const isWhole = carried === undefined || (newer !== undefined && newer in body);
    const rest = isWhole ? value : restOf(carried, name, value);
    if (rest !== undefined) aside.push([name, rest]);
  }
  return aside.length === 0 ? null : Object.fromEntries(aside);
}

function restOf(carried: Carried, name: string, value: Json): Json | undefined {
  if (typeof value === carried.members[name]) return undefined;
  if (name === "system") return wordless(value);
  if (!isArray(value) || value.length === 0) return value;
  if (name === carried.conversation) return restsOf(value, (item) => restOfMessage(carried, item));
  if (name === "tools") return restsOf(value, (item) => (isWholeTool(carried, item) ? undefined : item));
  return value;
}

/** What is left of the items, each with its place; nothing where nothing is. */
function restsOf(items: readonly Json[], restOfItem: (item: Json) => Json | undefined): Json | undefined {
  const rests: Json[] = [];
  for (const [index, item] of items.entries()) {
    const rest = restOfItem(item);
    if (rest !== undefined) rests.push([index, rest]);
  }
  return rests.length === 0 ? undefined : rests;
}

function restOfMessage({ roles }: Carried, message: Json): Json | undefined {
  if (!isObject(message)) return message;
  const { role, content, ...others } = message;
  const words = content === undefined ? undefined : wordless(content);
  const isWords = content !== undefined && words === undefined && Object.keys(others).length === 0;
  if (isWords && typeof role === "string" && roles.has(role)) return undefined;
  return { ...others, ...(role !== undefined && { role }), ...(words !== undefined && { content: words }) };
}

/** Content without its words, which are carried in their order; nothing where it is one text. */
function wordless(content: Json): Json | undefined {
  if (typeof content === "string") return content === "" ? "" : undefined;
  if (!isArray(content)) return content;
  const parts = content.map((part) => (isText(part) ? withoutText(part) : part));
  const [only] = parts;
  const isOneText = parts.length === 1 && isText(content[0]) && isObject(only) && Object.keys(only).length === 1;
  return isOneText ? undefined : parts;
}

/** Empty words may be dropped. */
function isText(part: Json | undefined): part is JsonObject {
  if (!isObject(part) || typeof part["type"] !== "string" || !WORDS.has(part["type"])) return false;
  return typeof part["text"] === "string" && part["text"] !== "";
}

function withoutText({ text: _text, ...others }: JsonObject): JsonObject {
  return others;
}

/** A function with its schema, of which every member is carried. */
function isWholeTool({ tool: { schema, nested } }: Carried, tool: Json): boolean {
  if (!isObject(tool)) return false;
  const { type, ...own } = tool;
  if (schema === "parameters" ? type !== "function" : type !== undefined) return false;
  const given = nested ? own["function"] : own;
  if (!isObject(given) || !isObject(given[schema])) return false;
  if (nested && Object.keys(own).length !== 1) return false;
  return Object.entries(given).every(([name, value]) => name === schema || (TOOL.has(name) && value !== null));
}

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
