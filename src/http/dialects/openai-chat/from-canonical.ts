import { effortOf } from "../effort-of.ts";
import type { CanonicalRequest, CanonicalTool, ResponseFormat, ToolChoice } from "../../../domain/call/canonical.ts";
import { RollwardError } from "../../../domain/errors.ts";
import type { Json, JsonObject } from "../../../domain/json.ts";
import type { WireAsk } from "../../../ports/dialect.ts";
import { toolChoiceOf } from "../tool-choice-of.ts";
import { wireMessages } from "./wire-messages.ts";

/** Members with `null` are left out. */
type Members = Readonly<Record<string, Json>>;

/**
 * The canonical call as a chat-completions request. What only hints (caching) needs no place; what has
 * none (a number of tokens to think with, metadata) is `untranslatable`.
 */
export function fromCanonical(request: CanonicalRequest, ask: WireAsk): Buffer {
  const { model, stream, provider, reportsStreamUsage } = ask;
  refuseHomeless(request, provider);
  const { topLogprobs, tools, responseFormat, stop } = request;
  const toolChoice = toolChoiceOf(request, provider);
  const members: Members = {
    model,
    messages: wireMessages(request.messages, provider),
    tools: tools.length === 0 ? null : tools.map(wireTool),
    tool_choice: toolChoice === null ? null : wireChoice(toolChoice),
    parallel_tool_calls: tools.length === 0 ? null : request.parallelToolCalls,
    response_format: responseFormat === null ? null : wireFormat(responseFormat),
    [limitName(model)]: request.maxTokens,
    temperature: request.temperature,
    top_p: request.topP,
    top_k: request.topK,
    stop: stop.length === 0 ? null : stop,
    seed: request.seed,
    presence_penalty: request.presencePenalty,
    frequency_penalty: request.frequencyPenalty,
    reasoning_effort: effortOf(request),
    verbosity: request.verbosity,
    logprobs: topLogprobs === null ? null : true,
    top_logprobs: topLogprobs === null || topLogprobs === 0 ? null : topLogprobs,
    service_tier: request.serviceTier,
    user: request.user,
    stream: stream ? true : null,
    stream_options: stream && reportsStreamUsage ? { include_usage: true } : null,
  };
  return Buffer.from(JSON.stringify(said(known(members, ask))));
}

/** Without what the provider does not know and what asks for nothing; whatever else it does not know is refused by its name. */
function known(members: Members, { unknown = [], provider }: WireAsk): Members {
  const left: Record<string, Json> = { ...members };
  for (const field of unknown) {
    const value = left[field] ?? null;
    if (value !== null && !asksForNothing(field, value)) throw untranslatable(field, provider);
    left[field] = null;
  }
  return left;
}

/** Values that say what holds where nothing is said. */
const NOTHING: Readonly<Record<string, readonly Json[]>> = {
  parallel_tool_calls: [true],
  tool_choice: ["auto"],
  service_tier: ["auto", "default"],
  presence_penalty: [0],
  frequency_penalty: [0],
};

const asksForNothing = (field: string, value: Json): boolean => NOTHING[field]?.includes(value) === true;

const said = (members: Members): JsonObject =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null));

function refuseHomeless({ metadata }: CanonicalRequest, provider: string): void {
  if (metadata !== null) throw untranslatable("metadata", provider);
}

const untranslatable = (field: string, provider: string): RollwardError =>
  new RollwardError("untranslatable", { field, provider, param: field });

/**
 * OpenAI's own models take `max_completion_tokens`, and those that reason nothing else; other servers know
 * `max_tokens`, and some of them would pass over the newer name. The family is read off the model's name.
 */
function limitName(model: string): "max_completion_tokens" | "max_tokens" {
  const family = model.slice(model.lastIndexOf("/") + 1);
  const isOpenAi = /^(?:gpt-|chatgpt-|o\d)/.test(family) && !family.startsWith("gpt-oss");
  return isOpenAi ? "max_completion_tokens" : "max_tokens";
}

function wireTool({ name, description, parameters, strict }: CanonicalTool): JsonObject {
  const definition = said({ name, description, parameters, strict });
  return { type: "function", function: definition };
}

const wireChoice = (choice: ToolChoice): Json =>
  typeof choice === "string" ? choice : { type: "function", function: { name: choice.name } };

function wireFormat(format: ResponseFormat): JsonObject {
  if (format.type !== "json-schema") return { type: format.type === "json" ? "json_object" : "text" };
  const { name, schema, strict } = format;
  return { type: "json_schema", json_schema: said({ name, schema, strict }) };
}
