import type { JsonObject } from "../../../../domain/json.ts";
import type { TokenUsage } from "../../../../domain/money/price.ts";
import { serviceTierOf } from "../../../../domain/money/service-tier.ts";
import { isRecord } from "../../is-record.ts";

/**
 * The API's usage object as disjoint classes: its input already excludes what was read from and written to the
 * cache, its output includes thinking. Streams report it twice, cumulatively; what the later report leaves out
 * or gives as `null` stays as `known`. `null` when there are no counts at all.
 */
export function usageOf(value: unknown, known: TokenUsage | null = null): TokenUsage | null {
  if (!isRecord(value)) return known;
  const input = countOf(value["input_tokens"]) ?? known?.input ?? null;
  const total = countOf(value["output_tokens"]);
  if (input === null && total === null) return known;
  const details = value["output_tokens_details"];
  const told = isRecord(details) ? countOf(details["thinking_tokens"]) : null;
  const generated = total ?? (known === null ? 0 : known.output + known.reasoning);
  const reasoning = Math.min(told ?? known?.reasoning ?? 0, generated);
  const cacheWrite1h = hourOf(value["cache_creation"]) ?? known?.cacheWrite1h ?? 0;
  const tier = serviceTierOf(value["service_tier"]) ?? known?.tier;
  return {
    input: input ?? 0,
    cachedInput: countOf(value["cache_read_input_tokens"]) ?? known?.cachedInput ?? 0,
    cacheWrite: countOf(value["cache_creation_input_tokens"]) ?? known?.cacheWrite ?? 0,
    output: generated - reasoning,
    reasoning,
    ...(cacheWrite1h > 0 && { cacheWrite1h }),
    ...(tier !== undefined && { tier }),
  };
}

/** How much of what was written was written for an hour. */
const hourOf = (written: unknown): number | null =>
  isRecord(written) ? countOf(written["ephemeral_1h_input_tokens"]) : null;

/** The reverse: disjoint classes as the API's usage object. */
export function usageBody({ input, cachedInput, cacheWrite, output, reasoning }: TokenUsage): JsonObject {
  return {
    input_tokens: input,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cachedInput,
    output_tokens: output + reasoning,
    output_tokens_details: { thinking_tokens: reasoning },
  };
}

const countOf = (value: unknown): number | null =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
