import type { ClassPrice, TokenPrice } from "./price.ts";
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

/** What is known of a call before it is made: the tiers beside the standard one that may answer, and its prompt at most. */
export interface PriceBounds {
  readonly tiers: readonly ServiceTier[];
  /** Tokens of all classes of input; never fewer than the provider will count. */
  readonly mostPrompt: number;
}

/** By class of token the dearest of all prices that may be in force, for the worst case. */
export function dearestPrice(
  price: TokenPrice,
  { tiers, mostPrompt }: PriceBounds,
): ClassPrice & Pick<TokenPrice, "units"> {
  if (price.tiers === undefined && price.steps === undefined) return price;
  const { units, ...classes } = price;
  const own = [price, ...tiers.map((tier) => priceAt(price, tier))];
  // A short prompt is not paid at any step, and a guess of its length may be too long: the first prices count always.
  const steps = own.flatMap(({ steps: all = [] }) => all.filter(({ above }) => mostPrompt > above));
  const dearest = [...own, ...steps].reduce<ClassPrice>(dearerOf, classes);
  return { ...dearest, ...(units !== undefined && { units }) };
}

function dearerOf(one: ClassPrice, other: ClassPrice): ClassPrice {
  return {
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
