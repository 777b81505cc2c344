import type {
  AssistantPart,
  CallEvent,
  CanonicalMessage,
  CanonicalRequest,
  ContentPart,
  TokenLogprob,
} from "../../../src/domain/call/canonical.ts";
import type { JsonObject } from "../../../src/domain/json.ts";
import type { DialectName } from "../../../src/ports/dialect.ts";

/**
 * What each dialect may make of a request without losing anything that it has words for. Every line is a promise of
 * docs/dialects.md; what is not written here must come back as it was, or be refused by name.
 */
export function asTold(dialect: DialectName, request: CanonicalRequest): unknown {
  const messages = turnsIn(
    dialect,
    request.messages.map((message) => messageIn(dialect, message)),
  );
  const common = plain({ ...request, messages });
  if (dialect === "anthropic-messages") return anthropic(noPenalty(common));
  // A budget of thought is an effort to those who know efforts only; marks of prefixes are hints.
  const { reasoningTokens: _, ...rest } = withoutHints(dialect === "openai-responses" ? noPenalty(common) : common);
  return { ...rest, reasoningEffort: effort(common) };
}

type Told = CanonicalRequest;

/** What asks for nothing: a choice among no tools, and several calls at once where there is nothing to call. */
function plain(request: Told): Told {
  const hasTools = request.tools.length > 0;
  const { toolChoice, parallelToolCalls } = request;
  const asksNothing = !hasTools && (toolChoice === "auto" || toolChoice === "none");
  return {
    ...request,
    toolChoice: asksNothing ? null : toolChoice,
    parallelToolCalls: hasTools ? parallelToolCalls : null,
  };
}

/** A penalty of 0 asks for nothing, so those without penalties may leave it out. */
const noPenalty = (request: Told): Told => ({
  ...request,
  presencePenalty: request.presencePenalty || null,
  frequencyPenalty: request.frequencyPenalty || null,
});

function effort({ reasoningEffort, reasoningTokens }: Told): string | null {
  if (reasoningEffort !== null || reasoningTokens === null) return reasoningEffort;
  if (reasoningTokens === 0) return "none";
  if (reasoningTokens <= 4_096) return "low";
  return reasoningTokens <= 16_384 ? "medium" : "high";
}

const withoutHints = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === "cache" ? undefined : inner))) as T;

/** The API has its own words for how to think and for a schema, and takes one of temperature and `top_p`. */
function anthropic(request: Told): unknown {
  const { responseFormat: format, toolChoice, parallelToolCalls: parallel } = request;
  const { reasoningEffort: _, reasoningTokens: __, maxTokens: ___, ...rest } = request;
  return {
    ...rest,
    // Several calls at once are part of a choice; without calls there are not several.
    toolChoice: toolChoice ?? (parallel === null ? null : "auto"),
    parallelToolCalls: toolChoice === "none" ? null : parallel,
    responseFormat: format === null || format.type === "text" ? null : { type: format.type },
    verbosity: null,
    topP: request.topP === 1 && request.temperature !== null ? null : request.topP,
  };
}

/** What the model says in several turns is one turn of items; a user who says nothing after a tool says nothing. */
function turnsIn(dialect: DialectName, messages: readonly CanonicalMessage[]): readonly CanonicalMessage[] {
  const turns: CanonicalMessage[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    const isMute = message.role === "user" && message.content.length === 0;
    if (dialect === "anthropic-messages" && isMute && last?.role === "tool") continue;
    if (dialect === "openai-responses" && message.role === "assistant" && last?.role === "assistant")
      turns[turns.length - 1] = { ...last, content: [...last.content, ...message.content] };
    else turns.push(message);
  }
  return turns;
}

function messageIn(dialect: DialectName, message: CanonicalMessage): CanonicalMessage {
  if (message.role === "assistant") return { ...message, content: assistantIn(dialect, message.content) };
  if (message.role === "system") return message;
  const [first] = message.content;
  const isLone = message.role === "tool" && message.content.length === 1 && first !== undefined && !("cache" in first);
  const mayBeEmpty = dialect !== "anthropic-messages" || isLone;
  const content = message.content.filter((part) => mayBeEmpty || !isEmptyText(part));
  if (message.role === "user") return { ...message, content };
  // Chat completions say that a tool failed in words.
  if (dialect !== "openai-chat" || !message.isError) return { ...message, content };
  return { ...message, content: [{ type: "text", text: "Error:" }, ...content], isError: false };
}

const isEmptyText = (part: ContentPart | AssistantPart): boolean => part.type === "text" && part.text === "";

function assistantIn(dialect: DialectName, parts: readonly AssistantPart[]): readonly AssistantPart[] {
  if (dialect === "anthropic-messages") {
    return parts
      .filter((part) => !isEmptyText(part))
      .map((part) => {
        if (part.type === "refusal") return { type: "text", text: part.text };
        return part.type === "tool-call" ? { ...part, arguments: canonicalText(part.arguments) } : part;
      });
  }
  if (dialect !== "openai-chat") return parts;
  // There, calls stand after what is said.
  const said = parts.filter((part) => part.type !== "tool-call");
  const lone = said.length === 1 && said.every(isEmptyText) ? [] : said;
  return [...lone, ...parts.filter((part) => part.type === "tool-call")];
}

/** Arguments are an object there: its text is written anew, with every digit of its numbers. */
const canonicalText = (text: string): string => (text === "" ? "{}" : text);

/** What is compared of a request of the Messages API: its schema is named and closed by the API's own rules. */
export function comparable(dialect: DialectName, request: CanonicalRequest): unknown {
  if (dialect !== "anthropic-messages") {
    const { reasoningTokens: _, ...rest } = request;
    return rest;
  }
  const { reasoningEffort: _, reasoningTokens: __, maxTokens: ___, ...rest } = request;
  const { responseFormat: format } = request;
  return { ...rest, responseFormat: format === null ? null : { type: format.type } };
}

/** The fields of a request, by the names under which a refusal may name them. */
export function isUsed(field: string, request: CanonicalRequest): boolean {
  const content = request.messages.flatMap((message): readonly (ContentPart | AssistantPart)[] =>
    message.role === "system" ? [] : message.content,
  );
  const has = (...types: readonly string[]): boolean => content.some(({ type }) => types.includes(type));
  const set: JsonObject = {
    seed: request.seed,
    presence_penalty: request.presencePenalty || null,
    frequency_penalty: request.frequencyPenalty || null,
    verbosity: request.verbosity,
    logprobs: request.topLogprobs,
    metadata: request.metadata,
    stop: request.stop.length > 0 ? true : null,
    top_k: request.topK,
    top_p: request.topP,
    temperature: request.temperature,
    service_tier: request.serviceTier,
    tool_choice: request.toolChoice === null ? null : true,
    response_format: request.responseFormat === null ? null : true,
    reasoning_effort: request.reasoningEffort,
    "thinking.budget_tokens": request.reasoningTokens,
    "image_url.detail": has("image") ? true : null,
    "file.file_data": has("document-data") ? true : null,
    input_audio: has("audio-data") ? true : null,
    "input_audio.format": has("audio-data") ? true : null,
    "tool_calls.function.arguments": has("tool-call") ? true : null,
    reasoning: has("reasoning") ? true : null,
  };
  const [, path, type] = /^(messages\[\d+\]\.content) \((.+)\)$/.exec(field) ?? [];
  if (path !== undefined && type !== undefined) return has(type);
  return set[field] !== null && set[field] !== undefined;
}

/** What a person and a program get of an answer, without where it was cut: runs of words, blocks of thought, calls. */
export function gist(events: readonly CallEvent[]): readonly unknown[] {
  const parts: { kind: string; text: string; more?: unknown }[] = [];
  const grow = (kind: string, text: string): void => {
    const last = parts.at(-1);
    if (last?.kind === kind && last.more === undefined) last.text += text;
    else parts.push({ kind, text });
  };
  for (const event of events) {
    if (event.type === "text-delta" || event.type === "refusal-delta" || event.type === "reasoning-delta")
      grow(event.type, event.text);
    else if (event.type === "tool-call-delta") {
      const call = parts.find(({ kind }) => kind === `call ${event.index}`);
      if (call !== undefined) call.text += event.argumentsDelta;
    } else if (event.type === "tool-call-start") parts.push({ kind: `call ${event.index}`, text: "", more: event });
    else if (event.type !== "logprobs") parts.push({ kind: event.type, text: "", more: event });
  }
  return parts;
}

/** All tokens of an answer with their log-probabilities, in order. */
export const tokensIn = (events: readonly CallEvent[]): readonly TokenLogprob[] =>
  events.flatMap((event) => (event.type === "logprobs" ? event.tokens : []));
