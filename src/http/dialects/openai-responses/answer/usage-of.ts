import type { JsonObject } from "../../../../domain/json.ts";
import type { TokenUsage } from "../../../../domain/money/price.ts";
import { isRecord } from "../../is-record.ts";

/**
 * The API's usage object as disjoint classes: its input tokens include those read from the cache, its output tokens
 * include reasoning. `null` when the counts are missing or no counts.
 */
export function usageOf(value: unknown): TokenUsage | null {
  if (!isRecord(value)) return null;
  const all = countOf(value["input_tokens"]);
  const made = countOf(value["output_tokens"]);
  if (all === null || made === null) return null;
  const details = value["input_tokens_details"];
  const thought = value["output_tokens_details"];
  const read = isRecord(details) ? details : {};
  const cachedInput = Math.min(countOf(read["cached_tokens"]) ?? 0, all);
  const cacheWrite = Math.min(countOf(read["cache_write_tokens"]) ?? 0, all - cachedInput);
  const reasoning = Math.min((isRecord(thought) ? countOf(thought["reasoning_tokens"]) : null) ?? 0, made);
  return { input: all - cachedInput - cacheWrite, cachedInput, cacheWrite, output: made - reasoning, reasoning };
}

/** The reverse. */
export function usageBody({ input, cachedInput, cacheWrite, output, reasoning }: TokenUsage): JsonObject {
  const all = input + cachedInput + cacheWrite;
  const made = output + reasoning;
  return {
    input_tokens: all,
    input_tokens_details: { cached_tokens: cachedInput, cache_write_tokens: cacheWrite },
    output_tokens: made,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: all + made,
  };
}

const countOf = (value: unknown): number | null =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
