import type { Json, JsonObject } from "../json.ts";
import type { TokenUsage } from "../money/price.ts";

/** A part of a user's message. `data` is base64 without a prefix. */
export type ContentPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "image"; readonly url: string; readonly detail: string | null }
  | { readonly type: "image-data"; readonly data: string; readonly mediaType: string };

/** A finished tool call of an assistant's message; `arguments` is JSON text as the model wrote it. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** One message of a conversation, in no vendor's form. */
export type CanonicalMessage =
  | { readonly role: "system"; readonly text: string }
  | { readonly role: "user"; readonly content: readonly ContentPart[] }
  | { readonly role: "assistant"; readonly text: string | null; readonly toolCalls: readonly ToolCall[] }
  | { readonly role: "tool"; readonly toolCallId: string; readonly text: string };

/** A tool offered to the model. */
export interface CanonicalTool {
  readonly name: string;
  readonly description: string | null;
  readonly parameters: JsonObject;
  readonly strict: boolean | null;
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
  readonly user: string | null;
  readonly metadata: Readonly<Record<string, Json>> | null;
}

/** Why the model stopped. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "other";

/** The event alphabet of an answer, streamed or not. An answer without `end` is incomplete. */
export type CallEvent =
  | { readonly type: "answer-start"; readonly id: string; readonly model: string }
  | { readonly type: "text-delta"; readonly text: string }
  | { readonly type: "reasoning-delta"; readonly text: string }
  | { readonly type: "refusal-delta"; readonly text: string }
  | { readonly type: "tool-call-start"; readonly index: number; readonly id: string; readonly name: string }
  | { readonly type: "tool-call-delta"; readonly index: number; readonly argumentsDelta: string }
  | { readonly type: "usage"; readonly usage: TokenUsage }
  | { readonly type: "end"; readonly finishReason: FinishReason };
