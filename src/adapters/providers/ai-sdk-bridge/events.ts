import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from "@ai-sdk/provider";
import type { CallEvent, FinishReason } from "../../../domain/call/canonical.ts";
import type { TokenUsage } from "../../../domain/money/price.ts";

/** Receives the events of one answer. */
export type Emit = (event: CallEvent) => void;

/** How an answer ended, in the AI SDK's words. */
export type AiSdkEnding = LanguageModelV4FinishReason["unified"];

interface ToolCallUnderway {
  readonly index: number;
  hasArguments: boolean;
}

/** Translates the parts of a streamed answer, or one whole answer, of the AI SDK. */
export class AiSdkEvents {
  readonly #emit: Emit;
  readonly #model: string;
  readonly #toolCalls = new Map<string, ToolCallUnderway>();
  #started = false;
  /** `null` until the answer has ended. */
  ending: AiSdkEnding | null = null;

  /** `model` names the model until the provider does. */
  constructor(model: string, emit: Emit) {
    this.#model = model;
    this.#emit = emit;
  }

  /** One part of a stream. Parts that have no event (blocks, sources, pings) pass unnoticed. */
  part(part: LanguageModelV4StreamPart): void {
    if (part.type === "text-delta" || part.type === "reasoning-delta") this.#text(part.type, part.delta);
    else if (part.type === "tool-input-delta") this.#toolArguments(part.id, part.delta);
    else if (part.type === "tool-input-start") this.#toolCall(part.id, part.toolName);
    else if (part.type === "tool-call") this.#wholeToolCall(part);
    else if (part.type === "response-metadata") this.#start(part.id, part.modelId);
    else if (part.type === "finish") this.#finish(part.usage, part.finishReason);
  }

  /** A whole answer. */
  result({ response, content, usage, finishReason }: LanguageModelV4GenerateResult): void {
    this.#start(response?.id, response?.modelId);
    for (const each of content) this.#content(each);
    this.#finish(usage, finishReason);
  }

  #content(content: LanguageModelV4Content): void {
    if (content.type === "text") this.#text("text-delta", content.text);
    else if (content.type === "reasoning") this.#text("reasoning-delta", content.text);
    else if (content.type === "tool-call") this.#wholeToolCall(content);
  }

  #start(id: string | undefined, model: string | undefined): void {
    if (this.#started) return;
    this.#started = true;
    this.#emit({ type: "answer-start", id: id ?? "", model: model ?? this.#model });
  }

  #text(type: "text-delta" | "reasoning-delta", text: string): void {
    this.#start(undefined, undefined);
    if (text !== "") this.#emit({ type, text });
  }

  #toolCall(id: string, name: string): ToolCallUnderway {
    this.#start(undefined, undefined);
    const known = this.#toolCalls.get(id);
    if (known !== undefined) return known;
    const call: ToolCallUnderway = { index: this.#toolCalls.size, hasArguments: false };
    this.#toolCalls.set(id, call);
    this.#emit({ type: "tool-call-start", index: call.index, id, name });
    return call;
  }

  #toolArguments(id: string, argumentsDelta: string): void {
    const call = this.#toolCalls.get(id);
    if (call === undefined || argumentsDelta === "") return;
    call.hasArguments = true;
    this.#emit({ type: "tool-call-delta", index: call.index, argumentsDelta });
  }

  /** The finished call repeats what was streamed; it counts only where nothing was, as for an empty object. */
  #wholeToolCall({ toolCallId, toolName, input }: { toolCallId: string; toolName: string; input: string }): void {
    const call = this.#toolCall(toolCallId, toolName);
    if (!call.hasArguments) this.#toolArguments(toolCallId, input);
  }

  #finish(usage: LanguageModelV4Usage, { unified }: LanguageModelV4FinishReason): void {
    this.ending = unified;
    if (unified === "error" || unified === "interrupted") return;
    this.#start(undefined, undefined);
    const tokens = tokensOf(usage);
    if (tokens !== null) this.#emit({ type: "usage", usage: tokens });
    this.#emit({ type: "end", finishReason: FINISH_REASONS[unified] });
  }
}

const FINISH_REASONS: Readonly<Record<Exclude<AiSdkEnding, "error" | "interrupted">, FinishReason>> = {
  stop: "stop",
  length: "length",
  "content-filter": "content_filter",
  "tool-calls": "tool_calls",
  other: "other",
};

/**
 * The AI SDK's usage as disjoint classes: its `total` of the input includes cache reads and writes, its
 * `total` of the output includes reasoning. `null` when there are no counts.
 */
function tokensOf({ inputTokens, outputTokens }: LanguageModelV4Usage): TokenUsage | null {
  const { total: input, noCache, cacheRead = 0, cacheWrite = 0 } = inputTokens;
  const { total: output, text, reasoning = 0 } = outputTokens;
  const plain = noCache ?? (input === undefined ? undefined : input - cacheRead - cacheWrite);
  const answered = output === undefined ? text : output - reasoning;
  if (plain === undefined || answered === undefined) return null;
  const tokens = { input: plain, cachedInput: cacheRead, cacheWrite, output: answered, reasoning };
  return Object.values(tokens).every((count) => Number.isSafeInteger(count) && count >= 0) ? tokens : null;
}
