import type { Json, JsonObject } from "../json.ts";
import type { CachePolicy } from "./cache-policy.ts";

/** Why a request has nothing to do with the cache: no answer is looked for, none is kept. */
export type RequestBar =
  /** Its client says so (`no-store`, `bypass`). */
  | "client"
  /** Its temperature is not 0, and the release does not keep such answers. */
  | "sampled"
  /** It asks for more than one choice. */
  | "choices"
  /** It asks for log-probabilities. */
  | "logprobs"
  /** It speaks, or wants to be spoken to. */
  | "audio"
  /** It depends on what a provider remembers, or asks it to remember. */
  | "state"
  /** Its dialect holds no conversation. */
  | "dialect"
  /** It cannot be compared with others. */
  | "unkeyable";

/** Members by which a provider is asked to remember, or to take up what it remembers. */
const STATE = ["previous_response_id", "conversation", "prompt", "container"];

/** Why a rendered request is not served from the cache under a policy; `null` when it may be. */
export function requestBar(body: JsonObject, policy: Pick<CachePolicy, "sampled">): RequestBar | null {
  if (isStateful(body)) return "state";
  const { n, modalities, audio } = body;
  if (n != null && n !== 1) return "choices";
  if (asksForLogprobs(body)) return "logprobs";
  if (audio != null || (isArray(modalities) && modalities.includes("audio")) || hears(body)) return "audio";
  return policy.sampled || body["temperature"] === 0 ? null : "sampled";
}

/**
 * OpenAI's Responses are kept by Rollward and not by the provider, and are so whether the answer is a fresh one: there
 * `store` says nothing. In chat completions it asks the provider to keep the answer, which a kept one would not do.
 */
function isStateful(body: JsonObject): boolean {
  if (body["background"] === true) return true;
  if (body["store"] === true && body["messages"] !== undefined) return true;
  return STATE.some((name) => body[name] != null);
}

function asksForLogprobs({ logprobs, top_logprobs: top, include }: JsonObject): boolean {
  if (logprobs === true || (typeof top === "number" && top > 0)) return true;
  return isArray(include) && include.includes("message.output_text.logprobs");
}

/** Whether a message of the user holds sound: a part of the type `input_audio`, in OpenAI's dialects. */
function hears({ messages, input }: JsonObject): boolean {
  const turns = isArray(messages) ? messages : isArray(input) ? input : [];
  return turns.some((turn) => {
    const content = isObject(turn) ? turn["content"] : null;
    return isArray(content) && content.some((part) => isObject(part) && part["type"] === "input_audio");
  });
}

const isArray = (value: Json | undefined): value is readonly Json[] => Array.isArray(value);

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
