import type { CacheTtl } from "../call/canonical.ts";
import type { TokenPrice, TokenUsage } from "../money/price.ts";
import { inputCostPico } from "../money/price.ts";
import { priceInForce, promptTokens } from "../money/price-in-force.ts";

/** What a written token costs for a lifetime, pico-dollars; `null` where that has no price. */
export const writePriceOf = (price: TokenPrice, ttl: CacheTtl): bigint | null =>
  ttl === "5m" ? price.cacheWrite : (price.cacheWrite1h ?? null);

/**
 * Whether writing a prefix pays when it is expected to be read again `reads` times: what the reads save covers what
 * the write costs beyond plain input, r · (input − cached) ≥ write − input. Never where reading saves nothing.
 */
export function paysToWrite(price: TokenPrice, ttl: CacheTtl, reads: number): boolean {
  const write = writePriceOf(price, ttl);
  const saved = price.input - price.cachedInput;
  if (write === null || saved <= 0n) return false;
  return reads * Number(saved) >= Number(write - price.input);
}

/**
 * What the provider's cache has saved in one answer by the provider's own counts, pico-dollars: what its input would
 * have cost without, less what it has. Below 0 where more was written than read. Exact.
 */
export function cacheSavedPico(usage: TokenUsage, price: TokenPrice): bigint {
  // Most answers have nothing to do with a cache, and every call asks.
  if (usage.cachedInput === 0 && usage.cacheWrite === 0) return 0n;
  // Without a cache the prompt would have been as long, so it is the price of the same step.
  return BigInt(promptTokens(usage)) * priceInForce(price, usage).input - inputCostPico(usage, price);
}
