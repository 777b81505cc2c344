import type { CanonicalRequest, ContentPart, FinishReason } from "../../../domain/call/canonical.ts";
import { RollwardError } from "../../../domain/errors.ts";
import type { JsonObject } from "../../../domain/json.ts";

/** One message of a conversation; the model's own are `model`. */
export interface GgufMessage {
  readonly role: "system" | "user" | "model";
  readonly text: string;
}

/** A question as the process of a local model takes it. */
export interface GgufQuestion {
  readonly messages: readonly GgufMessage[];
  readonly maxTokens: number | null;
  readonly temperature: number;
  readonly topP: number | null;
  readonly topK: number | null;
  readonly seed: number | null;
  readonly stop: readonly string[];
  readonly presencePenalty: number | null;
  readonly frequencyPenalty: number | null;
  /** Tokens that it may think; `null` leaves it to the library. */
  readonly reasoningTokens: number | null;
  /** `json` for any JSON, a schema, or `null` for free text. */
  readonly form: "json" | JsonObject | null;
}

/** Tokens as the model's own tokenizer counts them. */
export interface GgufUsage {
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
  readonly reasoning: number;
}

/** Why a local model does not answer. */
export type GgufTrouble =
  | { readonly code: "overflow"; readonly tokens: number; readonly contextTokens: number }
  | { readonly code: "form" }
  | { readonly code: "failed" };

/** From the server to the process of a model. */
export type GgufOrder =
  | { readonly type: "ask"; readonly id: number; readonly question: GgufQuestion }
  | { readonly type: "abort"; readonly id: number };

/** From the process of a model to the server. */
export type GgufNews =
  | { readonly type: "ready" }
  | { readonly type: "unusable"; readonly reason: "absent" | "file" }
  | { readonly type: "text" | "thought"; readonly id: number; readonly text: string }
  | {
      readonly type: "end";
      readonly id: number;
      readonly finishReason: FinishReason;
      readonly stopSequence: string | null;
      readonly usage: GgufUsage;
    }
  | { readonly type: "trouble"; readonly id: number; readonly trouble: GgufTrouble };

/** What llama.cpp itself takes when nobody says; at 0 small models repeat themselves without end. */
const DEFAULT_TEMPERATURE = 0.8;

/** What asks for nothing where there are no tiers. */
const NO_TIER: ReadonlySet<string | null> = new Set([null, "auto", "default"]);

/** A canonical request for a local model. Throws `untranslatable` for what it has no place for. */
export function ggufQuestion(request: CanonicalRequest, provider: string): GgufQuestion {
  const unplaced: readonly (readonly [string, boolean])[] = [
    ["tools", request.tools.length > 0],
    ["reasoning_effort", request.reasoningEffort !== null && request.reasoningEffort !== "none"],
    ["verbosity", request.verbosity !== null],
    ["logprobs", request.topLogprobs !== null],
    ["service_tier", !NO_TIER.has(request.serviceTier)],
    ["user", request.user !== null],
  ];
  const refused = unplaced.find(([, isSet]) => isSet);
  if (refused !== undefined) throw untranslatable(refused[0], provider);
  const format = request.responseFormat;
  const messages = request.messages.map((message): GgufMessage => {
    if (message.role === "system") return { role: "system", text: message.text };
    if (message.role === "tool") throw untranslatable("messages (of a tool)", provider);
    if (message.role === "user") return { role: "user", text: textOf(message.content, provider) };
    const parts = message.content.filter((part) => part.type !== "reasoning");
    if (parts.length < message.content.length) throw untranslatable("messages.content (reasoning)", provider);
    return { role: "model", text: parts.map((part) => ("text" in part ? part.text : callless(provider))).join("") };
  });
  return {
    messages,
    maxTokens: request.maxTokens,
    temperature: request.temperature ?? DEFAULT_TEMPERATURE,
    topP: request.topP,
    topK: request.topK,
    seed: request.seed,
    stop: request.stop,
    presencePenalty: request.presencePenalty,
    frequencyPenalty: request.frequencyPenalty,
    reasoningTokens: request.reasoningEffort === "none" ? 0 : request.reasoningTokens,
    form: format?.type === "json-schema" ? format.schema : format?.type === "json" ? "json" : null,
  };
}

const untranslatable = (field: string, provider: string): RollwardError =>
  new RollwardError("untranslatable", { field, provider, param: field });

function callless(provider: string): never {
  throw untranslatable("messages.tool_calls", provider);
}

function textOf(content: readonly ContentPart[], provider: string): string {
  return content
    .map((part) => {
      if (part.type !== "text") throw untranslatable(`messages.content (${part.type})`, provider);
      return part.text;
    })
    .join("\n");
}
