import type { LanguageModelV4, LanguageModelV4CallOptions, SharedV4Warning } from "@ai-sdk/provider";
import { RollwardError } from "../../../domain/errors.ts";
import { sha256Hex } from "../../../kit/hash.ts";
import type { AiSdkFetch } from "./fetch.ts";
import { refuseAddresses } from "./refuse-addresses.ts";

/** Names of the AI SDK's settings in the words of the wire. */
const FIELDS: Readonly<Record<string, string>> = {
  maxOutputTokens: "max_tokens",
  topP: "top_p",
  topK: "top_k",
  presencePenalty: "presence_penalty",
  frequencyPenalty: "frequency_penalty",
  stopSequences: "stop",
  responseFormat: "response_format",
  toolChoice: "tool_choice",
  reasoning: "reasoning_effort",
  strict: "tools.function.strict",
};

/** A `fetch` that sends nothing and answers with an empty stream. */
const silentFetch =
  (streamType: string): AiSdkFetch =>
  () =>
    Promise.resolve(new Response("", { headers: { "content-type": streamType } }));

/** Stands for the conversation, which no warning about a setting depends on. */
const PROMPT: LanguageModelV4CallOptions["prompt"] = [{ role: "user", content: [{ type: "text", text: "." }] }];

/** Settings that are known to be carried are not rehearsed again; more of them than this are forgotten. */
const MOST_REHEARSED = 1_000;

/** What a rehearsal needs to know. */
export interface Rehearsal {
  readonly provider: string;
  readonly modelId: string;
  model(fetch: AiSdkFetch): LanguageModelV4;
  /** Fingerprints of what was rehearsed before. */
  readonly rehearsed: Set<string>;
  /** Media type of the provider's streams. */
  readonly streamType: string;
}

/**
 * Goes through a call without sending it, because an SDK tells which settings it drops only with the
 * answer, when they have been dropped and paid for. Throws `untranslatable` for the first one.
 */
export async function rehearseAiSdkCall(rehearsal: Rehearsal, options: LanguageModelV4CallOptions): Promise<void> {
  const { provider, modelId, rehearsed } = rehearsal;
  const { prompt, ...settings } = options;
  const fingerprint = sha256Hex(JSON.stringify([modelId, settings]));
  const model = rehearsal.model(silentFetch(rehearsal.streamType));
  if (!rehearsed.has(fingerprint)) {
    await rehearse(model, { ...settings, prompt: PROMPT }, provider);
    if (rehearsed.size >= MOST_REHEARSED) rehearsed.clear();
    rehearsed.add(fingerprint);
  }
  await refuseAddresses(model, prompt, provider);
}

async function rehearse(model: LanguageModelV4, options: LanguageModelV4CallOptions, provider: string): Promise<void> {
  const { stream } = await model.doStream(options);
  const reader = stream.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  if (value?.type === "stream-start") refuseDropped(value.warnings, provider);
}

/** Throws `untranslatable` when a warning says that a setting is not carried. */
export function refuseDropped(warnings: readonly SharedV4Warning[], provider: string): void {
  const dropped = warnings.find((warning) => warning.type === "unsupported");
  if (dropped === undefined) return;
  const { feature } = dropped;
  // A vendor's own option stands for a setting of the request that we put there.
  const field = feature.startsWith("providerOptions.") ? "reasoning_effort" : (FIELDS[feature] ?? feature);
  throw new RollwardError("untranslatable", { field, provider, param: field });
}
