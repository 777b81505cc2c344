import type { TokenPrice } from "./price.ts";
import { largerOf } from "../../kit/larger-of.ts";

/**
 * Tiers of service that have prices of their own; every other is the standard one, also what vendors call `default`,
 * `standard`, `scale` or `on_demand`.
 */
export const SERVICE_TIERS = ["batch", "flex", "priority"] as const;

/** A tier with a price of its own. */
export type ServiceTier = (typeof SERVICE_TIERS)[number];

/** A tier as a provider names it in its answer, where it has a price of its own. */
export const serviceTierOf = (value: unknown): ServiceTier | undefined => SERVICE_TIERS.find((tier) => tier === value);

/** Usage with the tier that the answer names, where it names one that is not the standard. */
export function withServiceTier<Usage extends object>(
  usage: Usage,
  value: unknown,
): Usage & { readonly tier?: ServiceTier } {
  const tier = serviceTierOf(value);
  return tier === undefined ? usage : { ...usage, tier };
}

/** What is paid at a tier: its own price, or the standard one where it has none. */
export const priceAt = (price: TokenPrice, tier: ServiceTier | undefined): TokenPrice =>
  tier === undefined ? price : (price.tiers?.[tier] ?? price);

/** Words by which a request says that it will not be answered at another tier than the standard one. */
const STANDARD: ReadonlySet<unknown> = new Set(["default", "standard", "standard_only"]);

/** The tiers beside the standard one that may answer a request with this `service_tier`: all, unless it names one. */
export function tiersFor(asked: unknown): readonly ServiceTier[] {
  const tier = serviceTierOf(asked);
  if (tier !== undefined) return [tier];
  return STANDARD.has(asked) ? [] : SERVICE_TIERS;
}

/** By class of token the dearest of the standard price and those of the tiers that may answer, for the worst case. */
export function dearestPrice(price: TokenPrice, tiers: readonly ServiceTier[]): TokenPrice {
  if (price.tiers === undefined) return price;
  return tiers.reduce((dearest, tier) => dearerOf(dearest, price.tiers?.[tier] ?? price), price);
}

function dearerOf(one: TokenPrice, other: TokenPrice): TokenPrice {
  return {
    ...one,
    input: largerOf(one.input, other.input),
    cachedInput: largerOf(one.cachedInput, other.cachedInput),
    cacheWrite: largerOf(one.cacheWrite, other.cacheWrite),
    output: largerOf(one.output, other.output),
    reasoning: largerOf(one.reasoning, other.reasoning),
    ...((one.cacheWrite1h !== undefined || other.cacheWrite1h !== undefined) && {
      cacheWrite1h: largerOf(one.cacheWrite1h ?? 0n, other.cacheWrite1h ?? 0n),
    }),
  };
}
