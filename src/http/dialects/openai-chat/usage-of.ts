import type { JsonObject } from "../../../domain/json.ts";
import type { TokenUsage } from "../../../domain/money/price.ts";
import { isRecord } from "../is-record.ts";

/**
 * OpenAI's usage object as disjoint classes. There, prompt tokens include those read from and written to
 * the cache, and completion tokens include reasoning. `null` when the counts are missing or no counts.
 */
export function usageOf(value: unknown): TokenUsage | null {
  if (!isRecord(value)) return null;
  const prompt = countOf(value["prompt_tokens"]);
  const completion = countOf(value["completion_tokens"]);
  if (prompt === null || completion === null) return null;
  const promptDetails = recordOf(value["prompt_tokens_details"]);
  const cached = countOf(promptDetails["cached_tokens"]) ?? countOf(value["prompt_cache_hit_tokens"]) ?? 0;
  const cachedInput = Math.min(cached, prompt);
  const cacheWrite = Math.min(countOf(promptDetails["cache_write_tokens"]) ?? 0, prompt - cachedInput);
  const reasoning = countOf(recordOf(value["completion_tokens_details"])["reasoning_tokens"]) ?? 0;
  // Some compatible providers count reasoning beside the completion; their total tells.
  const total = countOf(value["total_tokens"]);
  const isApart = reasoning > completion || (reasoning > 0 && total === prompt + completion + reasoning);
  return {
    input: prompt - cachedInput - cacheWrite,
    cachedInput,
    cacheWrite,
    output: isApart ? completion : completion - reasoning,
    reasoning,
  };
}

/** The reverse: disjoint classes as OpenAI's usage object. */
export function usageBody({ input, cachedInput, cacheWrite, output, reasoning }: TokenUsage): JsonObject {
  const prompt = input + cachedInput + cacheWrite;
  const completion = output + reasoning;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cachedInput, cache_write_tokens: cacheWrite, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

const EMPTY: Readonly<Record<string, unknown>> = {};

const recordOf = (value: unknown): Readonly<Record<string, unknown>> => (isRecord(value) ? value : EMPTY);

const countOf = (value: unknown): number | null =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
