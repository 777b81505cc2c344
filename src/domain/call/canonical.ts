import type { Json, JsonObject } from "../json.ts";
import type { TokenUsage } from "../money/price.ts";

/** How long a provider may keep the prefix that ends at a part; a hint, so a provider without prompt caches may ignore it. */
export type CacheTtl = "5m" | "1h";

/** A part of what a person or a tool says. `data` is base64 without a prefix. */
export type ContentPart =
  | { readonly type: "text"; readonly text: string; readonly cache?: CacheTtl }
  | { readonly type: "image"; readonly url: string; readonly detail: string | null; readonly cache?: CacheTtl }
  | { readonly type: "image-data"; readonly data: string; readonly mediaType: string; readonly cache?: CacheTtl }
  | { readonly type: "document"; readonly url: string; readonly name: string | null; readonly cache?: CacheTtl }
  | {
      readonly type: "document-data";
      readonly data: string;
      readonly mediaType: string;
      readonly name: string | null;
      readonly cache?: CacheTtl;
    }
  | { readonly type: "audio-data"; readonly data: string; readonly format: string };

/** A finished tool call of an assistant's message; `arguments` is JSON text as the model wrote it. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** A part of an assistant's turn. */
export type AssistantPart =
  | { readonly type: "text"; readonly text: string; readonly cache?: CacheTtl }
  | { readonly type: "refusal"; readonly text: string }
  | ReasoningPart
  | ({ readonly type: "tool-call"; readonly cache?: CacheTtl } & ToolCall);

/** The vendor whose models can read what is opaque in a piece of reasoning, at whichever provider they run. */
export type ReasoningOrigin = "anthropic" | "openai" | "google" | "amazon";

/**
 * What the model thought. `signature` and `data` are opaque and mean something only to the `origin` that
 * made them: another provider must not be given them. Without an origin nobody knows who made it.
 */
export interface ReasoningPart {
  readonly type: "reasoning";
  readonly origin?: ReasoningOrigin;
  /** `null` when only opaque data came. */
  readonly text: string | null;
  readonly signature: string | null;
  /** Encrypted or redacted reasoning. */
  readonly data: string | null;
}

/** One message of a conversation, in no vendor's form. The order of an assistant's parts is kept. */
export type CanonicalMessage =
  | { readonly role: "system"; readonly text: string; readonly cache?: CacheTtl }
  | { readonly role: "user"; readonly content: readonly ContentPart[] }
  | { readonly role: "assistant"; readonly content: readonly AssistantPart[] }
  | {
      readonly role: "tool";
      readonly toolCallId: string;
      readonly content: readonly ContentPart[];
      readonly isError: boolean;
    };

/** A tool offered to the model. */
export interface CanonicalTool {
  readonly name: string;
  readonly description: string | null;
  readonly parameters: JsonObject;
  readonly strict: boolean | null;
  readonly cache?: CacheTtl;
}

/** How the model may choose tools. */
export type ToolChoice = "auto" | "none" | "required" | { readonly name: string };

/** What form the answer must have. */
export type ResponseFormat =
  | { readonly type: "text" }
  | { readonly type: "json" }
  | {
      readonly type: "json-schema";
      readonly name: string;
      readonly schema: JsonObject;
      readonly strict: boolean | null;
    };

/** The hub of hub-and-spoke translation: every dialect reads into it, every provider without that dialect answers it. */
export interface CanonicalRequest {
  readonly messages: readonly CanonicalMessage[];
  readonly tools: readonly CanonicalTool[];
  readonly toolChoice: ToolChoice | null;
  readonly parallelToolCalls: boolean | null;
  readonly responseFormat: ResponseFormat | null;
  readonly maxTokens: number | null;
  readonly temperature: number | null;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly stop: readonly string[];
  readonly seed: number | null;
  readonly presencePenalty: number | null;
  readonly frequencyPenalty: number | null;
  readonly reasoningEffort: string | null;
  /** Tokens the model may think; `null` when nobody said, 0 when it must not think. */
  readonly reasoningTokens: number | null;
  readonly verbosity: string | null;
  /** How many alternatives per token to report, 0 for the chosen ones only; `null` for none at all. */
  readonly topLogprobs: number | null;
  readonly serviceTier: string | null;
  readonly user: string | null;
  readonly metadata: Readonly<Record<string, Json>> | null;
}

/** Why the model stopped. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "other";

/** A token of an answer with its log-probability; `bytes` as UTF-8, `null` when the provider gives none. */
export interface TokenLogprob {
  readonly token: string;
  readonly logprob: number;
  readonly bytes: readonly number[] | null;
  readonly top: readonly Omit<TokenLogprob, "top">[];
}

/**
 * The event alphabet of an answer, streamed or not. An answer without `end` is incomplete. A reasoning
 * block ends with `reasoning-end` where the provider marks its end; `signature` and `data` are opaque.
 */
export type CallEvent =
  | { readonly type: "answer-start"; readonly id: string; readonly model: string }
  | { readonly type: "text-delta"; readonly text: string }
  | { readonly type: "logprobs"; readonly tokens: readonly TokenLogprob[] }
  | { readonly type: "reasoning-delta"; readonly text: string }
  | {
      readonly type: "reasoning-end";
      readonly signature: string | null;
      readonly data: string | null;
      readonly origin?: ReasoningOrigin;
    }
  | { readonly type: "refusal-delta"; readonly text: string }
  | { readonly type: "tool-call-start"; readonly index: number; readonly id: string; readonly name: string }
  | { readonly type: "tool-call-delta"; readonly index: number; readonly argumentsDelta: string }
  | { readonly type: "usage"; readonly usage: TokenUsage }
  | { readonly type: "end"; readonly finishReason: FinishReason; readonly stopSequence?: string };
