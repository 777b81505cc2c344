import type { CanonicalRequest } from "../../../domain/call/canonical.ts";
import { RollwardError } from "../../../domain/errors.ts";
import type { Json, JsonObject } from "../../../domain/json.ts";
import { roundedNumber } from "../../../kit/exact-json.ts";
import { Fields } from "../fields.ts";
import { settingsOf } from "../openai-chat/settings-of.ts";

/** Members that address Rollward itself or the form of the answer, which is ours to write. */
const OURS = ["model", "metadata", "variables", "stream", "stream_options"];

/** What this API means where a request names no `max_tokens`: an absent field is carried like any other. */
const USUAL_TOKENS = 16;

/**
 * A rendered body as a conversation of one question: the prompt, which the model answers instead of going on with it.
 * What a conversation cannot honour is `untranslatable` with its name; a wrong type is `invalid_request`.
 */
export function toCanonical(body: JsonObject, provider: string): CanonicalRequest {
  const fields = new Fields(body, "", provider);
  fields.leave(...OURS);
  leaveDefaults(fields);
  const settings = settingsOf(fields);
  const request: CanonicalRequest = {
    messages: [{ role: "user", content: [{ type: "text", text: promptOf(fields, provider) }] }],
    tools: [],
    toolChoice: null,
    parallelToolCalls: null,
    ...settings,
    maxTokens: settings.maxTokens ?? USUAL_TOKENS,
    // Clients of this API often send 0, which asks for nothing; some providers refuse any.
    presencePenalty: settings.presencePenalty || null,
    frequencyPenalty: settings.frequencyPenalty || null,
    reasoningTokens: null,
    topLogprobs: null,
    metadata: null,
  };
  fields.done();
  return request;
}

/** Fields that some clients always send: as long as they ask for nothing, nothing is lost. */
function leaveDefaults(fields: Fields): void {
  fields.leaveDefault("n", 1);
  fields.leaveDefault("best_of", 1);
  fields.leaveDefault("echo", false);
  fields.leaveDefault("suffix", "");
  fields.leaveDefault("logit_bias", {});
}

/** One text, alone or as the only one of a list. */
function promptOf(fields: Fields, provider: string): string {
  const prompt = fields.value("prompt");
  if (typeof prompt !== "string" && !isList(prompt)) throw fields.invalid("prompt", "must be a string or an array");
  const texts = isList(prompt) ? prompt : [prompt];
  if (texts.some(isTokens)) throw noPlace("token ids", provider);
  if (!texts.every((text) => typeof text === "string")) throw fields.invalid("prompt", "must hold texts");
  if (texts.length > 1) throw noPlace("several texts", provider);
  const [only = ""] = texts;
  if (only === "") throw noPlace("empty", provider);
  return only;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const isTokens = (value: Json): boolean => typeof value === "number" || isList(value) || roundedNumber(value) !== null;

const noPlace = (what: string, provider: string): RollwardError =>
  new RollwardError("untranslatable", { field: `prompt (${what})`, provider, param: "prompt" });
