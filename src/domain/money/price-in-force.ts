import type { ClassPrice, PriceStep, TokenPrice, TokenUsage } from "./price.ts";
import { priceAt } from "./service-tier.ts";

/** What of an answer's counts decides which price is in force for it. */
export type PricedBy = Pick<TokenUsage, "input" | "cachedInput" | "cacheWrite" | "tier">;

/** Tokens of a prompt: what was read plain, from a prompt cache, and into one. */
export const promptTokens = ({ input, cachedInput, cacheWrite }: Omit<PricedBy, "tier">): number =>
  input + cachedInput + cacheWrite;

/** What every token of a call is paid at: the price of its tier, by the length of its whole prompt. */
export function priceInForce(price: TokenPrice, usage: PricedBy): ClassPrice {
  const own = priceAt(price, usage.tier);
  return stepOf(own, usage) ?? own;
}

/** The step whose price is in force, as the tokens that the prompt was above; absent for the first price of the tier. */
export const stepAbove = (price: TokenPrice, usage: PricedBy): number | undefined =>
  stepOf(priceAt(price, usage.tier), usage)?.above;

function stepOf({ steps }: TokenPrice, usage: PricedBy): PriceStep | undefined {
  if (steps === undefined) return undefined;
  const prompt = promptTokens(usage);
  return steps.findLast(({ above }) => prompt > above);
}
