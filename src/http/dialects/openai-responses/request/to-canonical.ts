import type {
  CanonicalMessage,
  CanonicalRequest,
  CanonicalTool,
  ResponseFormat,
  ToolChoice,
} from "../../../../domain/call/canonical.ts";
import type { JsonObject } from "../../../../domain/json.ts";
import { Fields } from "../../fields.ts";
import { canonicalItems } from "./canonical-items.ts";

/** Members that address Rollward itself, the form of the answer, or a provider's cache, which are hints. */
const OURS = [
  "model",
  "metadata",
  "variables",
  "stream",
  "stream_options",
  "store",
  "prompt_cache_key",
  "prompt_cache_retention",
];

/**
 * A rendered body as a canonical request. What has no place there is `untranslatable` with its name (hosted tools,
 * stored prompts, background answers); a wrong type is `invalid_request`.
 */
export function toCanonical(body: JsonObject, provider: string): CanonicalRequest {
  const fields = new Fields(body, "", provider);
  fields.leave(...OURS);
  fields.leaveDefault("background", false);
  fields.leaveDefault("truncation", "disabled");
  const text = textOf(fields);
  const request: CanonicalRequest = {
    messages: messagesOf(fields),
    tools: fields.items("tools").map(canonicalTool),
    toolChoice: toolChoiceOf(fields),
    parallelToolCalls: fields.boolean("parallel_tool_calls"),
    responseFormat: text.format,
    maxTokens: fields.integer("max_output_tokens"),
    temperature: fields.number("temperature"),
    topP: fields.number("top_p"),
    topK: null,
    stop: [],
    seed: null,
    presencePenalty: null,
    frequencyPenalty: null,
    reasoningEffort: effortOf(fields),
    reasoningTokens: null,
    verbosity: text.verbosity,
    topLogprobs: logprobsOf(fields),
    serviceTier: tierOf(fields),
    user: userOf(fields),
    metadata: null,
  };
  fields.done();
  return request;
}

function messagesOf(fields: Fields): readonly CanonicalMessage[] {
  const instructions = fields.string("instructions");
  const lead: readonly CanonicalMessage[] = instructions === null ? [] : [{ role: "system", text: instructions }];
  const input = fields.value("input");
  if (typeof input === "string") return [...lead, { role: "user", content: [{ type: "text", text: input }] }];
  return [...lead, ...canonicalItems(fields.items("input"))];
}

/** The schema of a function that is declared without parameters. */
const NO_PARAMETERS: JsonObject = { type: "object", properties: {} };

/** A function tool. Hosted and custom tools cannot be carried. */
function canonicalTool(tool: Fields): CanonicalTool {
  if (tool.requiredString("type") !== "function") throw tool.untranslatable("type");
  tool.leaveDefault("defer_loading", false);
  const read = {
    name: tool.requiredString("name"),
    description: tool.string("description"),
    parameters: tool.jsonObject("parameters") ?? NO_PARAMETERS,
    strict: tool.boolean("strict"),
  };
  tool.done();
  return read;
}

function toolChoiceOf(fields: Fields): ToolChoice | null {
  const choice = fields.value("tool_choice");
  if (choice === null || choice === "auto" || choice === "none" || choice === "required") return choice;
  if (typeof choice === "string") {
    throw fields.invalid("tool_choice", "must be auto, none, required or an object that names a function");
  }
  const named = fields.fields("tool_choice");
  if (named.requiredString("type") !== "function") throw named.untranslatable("type");
  const name = named.requiredString("name");
  named.done();
  return { name };
}

interface TextSettings {
  readonly format: ResponseFormat | null;
  readonly verbosity: string | null;
}

function textOf(fields: Fields): TextSettings {
  if (fields.value("text") === null) return { format: null, verbosity: null };
  const text = fields.fields("text");
  const read = { format: formatOf(text), verbosity: text.string("verbosity") };
  text.done();
  return read;
}

function formatOf(text: Fields): ResponseFormat | null {
  if (text.value("format") === null) return null;
  const format = text.fields("format");
  const type = format.requiredString("type");
  if (type === "text" || type === "json_object") {
    format.done();
    return { type: type === "text" ? "text" : "json" };
  }
  if (type !== "json_schema") throw format.untranslatable("type");
  const schema = format.jsonObject("schema");
  if (schema === null) throw format.invalid("schema", "must be an object");
  const read: ResponseFormat = {
    type: "json-schema",
    name: format.requiredString("name"),
    schema,
    strict: format.boolean("strict"),
  };
  format.done();
  return read;
}

/** Summaries are told wherever the provider tells them, whatever kind was asked for. */
function effortOf(fields: Fields): string | null {
  if (fields.value("reasoning") === null) return null;
  const reasoning = fields.fields("reasoning");
  reasoning.leave("summary", "generate_summary");
  const effort = reasoning.string("effort");
  reasoning.done();
  return effort;
}

/** What an answer always tells, or can be asked for. */
const LOGPROBS = "message.output_text.logprobs";
const ENCRYPTED = "reasoning.encrypted_content";

function logprobsOf(fields: Fields): number | null {
  const include = fields.array("include") ?? [];
  const other = include.findIndex((name) => name !== LOGPROBS && name !== ENCRYPTED);
  if (other >= 0) throw fields.untranslatable(`include[${other}]`);
  const top = fields.integer("top_logprobs");
  return include.includes(LOGPROBS) ? (top ?? 0) : top || null;
}

function tierOf(fields: Fields): string | null {
  const tier = fields.string("service_tier");
  return tier === "auto" ? null : tier;
}

/** `safety_identifier` is the newer name of `user`. Of two different ones only one could be carried. */
function userOf(fields: Fields): string | null {
  const user = fields.string("user");
  if (user === null) return fields.string("safety_identifier");
  fields.leaveDefault("safety_identifier", user);
  return user;
}
