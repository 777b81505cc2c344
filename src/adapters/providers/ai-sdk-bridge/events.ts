import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";
import type { CallEvent, FinishReason } from "../../../domain/call/canonical.ts";
import { RollwardError } from "../../../domain/errors.ts";
import type { TokenUsage } from "../../../domain/money/price.ts";
import { withServiceTier } from "../../../domain/money/service-tier.ts";
import type { Opaque, VendorParts } from "./vendor-parts.ts";

/** Receives the events of one answer. */
export type Emit = (event: CallEvent) => void;

/** How an answer ended, in the AI SDK's words. */
export type AiSdkEnding = LanguageModelV4FinishReason["unified"];

/** Whose answer is read. */
export interface AnswerTerms {
  /** Names the model until the provider does. */
  readonly model: string;
  readonly provider: string;
  readonly parts: VendorParts;
}

interface ToolCallUnderway {
  readonly index: number;
  hasArguments: boolean;
}

type WholeCall = Extract<LanguageModelV4StreamPart, { readonly type: "tool-call" }>;

/** What an answer tells at its end. */
type Finish = Pick<LanguageModelV4GenerateResult, "usage" | "finishReason" | "providerMetadata">;

/** Translates the parts of a streamed answer, or one whole answer, of the AI SDK. */
export class AiSdkEvents {
  readonly #emit: Emit;
  readonly #terms: AnswerTerms;
  readonly #toolCalls = new Map<string, ToolCallUnderway>();
  #started = false;
  /** What the provider has said of itself; told with the first piece. */
  #head: { readonly id: string; readonly model: string };
  /** What came with the reasoning that is under way. */
  #opaque: Opaque | null = null;
  /** `null` until the answer has ended. */
  ending: AiSdkEnding | null = null;

  constructor(terms: AnswerTerms, emit: Emit) {
    this.#terms = terms;
    this.#emit = emit;
    this.#head = { id: "", model: terms.model };
  }

  /** One part of a stream. Parts that have no event (blocks, sources, pings) pass unnoticed. */
  part(part: LanguageModelV4StreamPart): void {
    switch (part.type) {
      case "text-delta":
        return this.#text(part.type, part.delta);
      case "reasoning-start":
        this.#opaque = null;
        return this.#note(part.providerMetadata);
      case "reasoning-delta":
        this.#note(part.providerMetadata);
        return this.#text(part.type, part.delta);
      case "reasoning-end":
        this.#note(part.providerMetadata);
        return this.#reasoningEnd();
      case "tool-input-delta":
        return this.#toolArguments(part.id, part.delta);
      case "tool-input-start":
        return void this.#toolCall(part.id, part.toolName, part.providerMetadata);
      case "tool-call":
        return this.#wholeToolCall(part);
      case "raw":
        return this.#leftOut(part.rawValue);
      case "file":
      case "reasoning-file":
        throw this.#unreadable();
      case "response-metadata":
        return void (this.#head = { id: part.id ?? "", model: part.modelId ?? this.#head.model });
      case "finish":
        return this.#finish(part);
      default:
    }
  }

  /** A whole answer. */
  result(result: LanguageModelV4GenerateResult): void {
    const { response, content } = result;
    this.#head = { id: response?.id ?? "", model: response?.modelId ?? this.#head.model };
    this.#start();
    this.#leftOut(response?.body);
    for (const each of content) this.#content(each);
    this.#finish(result);
  }

  #leftOut(raw: unknown): void {
    const thought = this.#terms.parts.thoughtIn?.(raw) ?? "";
    if (thought !== "") this.#text("reasoning-delta", thought);
  }

  #content(content: LanguageModelV4Content): void {
    if (content.type === "text") this.#text("text-delta", content.text);
    else if (content.type === "reasoning") {
      this.#opaque = this.#terms.parts.opaqueOf(content.providerMetadata);
      this.#text("reasoning-delta", content.text);
      this.#reasoningEnd();
    } else if (content.type === "tool-call") this.#wholeToolCall(content);
    else if (content.type === "file" || content.type === "reasoning-file") throw this.#unreadable();
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#emit({ type: "answer-start", ...this.#head });
  }

  #text(type: "text-delta" | "reasoning-delta", text: string): void {
    this.#start();
    if (text !== "") this.#emit({ type, text });
  }

  #note(metadata: SharedV4ProviderMetadata | undefined): void {
    this.#opaque = this.#terms.parts.opaqueOf(metadata) ?? this.#opaque;
  }

  #reasoningEnd(): void {
    this.#start();
    const { signature = null, data = null } = this.#opaque ?? {};
    const origin = this.#opaque === null ? null : this.#terms.parts.reasons(this.#terms.model);
    this.#opaque = null;
    this.#emit({ type: "reasoning-end", signature, data, ...(origin !== null && { origin }) });
  }

  #toolCall(id: string, name: string, metadata: SharedV4ProviderMetadata | undefined): ToolCallUnderway {
    this.#start();
    const known = this.#toolCalls.get(id);
    if (known !== undefined) return known;
    // Where a call is signed, the signature goes before it as reasoning without words, and comes back so.
    this.#opaque = this.#terms.parts.opaqueOf(metadata);
    if (this.#opaque !== null) this.#reasoningEnd();
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
  #wholeToolCall({ toolCallId, toolName, input, providerMetadata }: WholeCall): void {
    const call = this.#toolCall(toolCallId, toolName, providerMetadata);
    if (!call.hasArguments) this.#toolArguments(toolCallId, input);
  }

  #finish({ usage, finishReason: { unified, raw }, providerMetadata }: Finish): void {
    // The SDKs say `other` and give no reason of the vendor's when a stream just ceases.
    this.ending = unified === "other" && raw === undefined ? "interrupted" : unified;
    if (this.ending === "error" || this.ending === "interrupted") return;
    this.#start();
    const { parts } = this.#terms;
    const tokens = tokensOf(usage, parts.hourTokensOf(providerMetadata));
    const tier = parts.tierOf(providerMetadata);
    if (tokens !== null) this.#emit({ type: "usage", usage: withServiceTier(tokens, tier) });
    this.#emit({ type: "end", finishReason: FINISH_REASONS[this.ending] });
  }

  #unreadable(): RollwardError {
    const { provider } = this.#terms;
    return new RollwardError("provider_bad_answer", { provider, reason: "it holds a file, which cannot be passed on" });
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
function tokensOf({ inputTokens, outputTokens }: LanguageModelV4Usage, cacheWrite1h: number): TokenUsage | null {
  const { total: input, noCache, cacheRead = 0, cacheWrite = 0 } = inputTokens;
  const { total: output, text, reasoning = 0 } = outputTokens;
  const plain = noCache ?? (input === undefined ? undefined : input - cacheRead - cacheWrite);
  const answered = output === undefined ? text : output - reasoning;
  if (plain === undefined || answered === undefined) return null;
  const hour = cacheWrite1h > 0 && { cacheWrite1h };
  const tokens = { input: plain, cachedInput: cacheRead, cacheWrite, output: answered, reasoning, ...hour };
  return Object.values(tokens).every((count) => Number.isSafeInteger(count) && count >= 0) ? tokens : null;
}
