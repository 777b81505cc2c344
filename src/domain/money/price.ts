import type { Units } from "../call/units.ts";
import { priceInForce } from "./price-in-force.ts";
import type { ServiceTier } from "./service-tier.ts";

/** Tokens of one call in disjoint classes: nothing is counted twice. */
export interface TokenUsage {
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
  /** How many of `cacheWrite` were written for an hour, where that has a price of its own; absent is none. */
  readonly cacheWrite1h?: number;
  /** The tier of service that answered, by the answer itself; absent is the standard one. */
  readonly tier?: ServiceTier;
}

/** Usage and whether a provider counted it or we estimated it. */
export interface MeteredUsage extends TokenUsage {
  readonly estimated: boolean;
}

/**
 * Price of what is not counted in tokens, in pico-dollars: an image, a minute of sound, a character to speak. What is
 * absent has no price.
 */
export interface UnitPrice {
  readonly image?: bigint;
  readonly minute?: bigint;
  readonly character?: bigint;
}

/** Price of one token of each class in pico-dollars (1e-12 USD); $1 per million tokens is 1,000,000. */
export interface ClassPrice {
  readonly input: bigint;
  readonly cachedInput: bigint;
  readonly cacheWrite: bigint;
  readonly output: bigint;
  readonly reasoning: bigint;
  /** What is written to a prompt cache for an hour; absent costs `cacheWrite`. */
  readonly cacheWrite1h?: bigint;
}

/** The price of a whole call, its answer too, whose prompt is longer. */
export interface PriceStep extends ClassPrice {
  /** Tokens of the longest prompt that it does not hold for, all classes of input together. */
  readonly above: number;
}

/** What a model costs. */
export interface TokenPrice extends ClassPrice {
  readonly units?: UnitPrice;
  /** What calls with long prompts cost, the shortest first; the prices beside are those of all others. */
  readonly steps?: readonly PriceStep[];
  /** What tiers of service cost that have prices of their own; the prices beside are the standard tier's. */
  readonly tiers?: Readonly<Partial<Record<ServiceTier, TokenPrice>>>;
}

/** Whether nothing that a model does costs anything, in any tier and however long the prompt is. */
export function isFreePrice({ units = {}, steps = [], tiers = {}, ...tokens }: TokenPrice): boolean {
  const long = steps.flatMap(({ above: _, ...classes }) => Object.values(classes));
  const all = [...Object.values(tokens), ...Object.values(units), ...long];
  return all.every((pico) => pico === 0n) && Object.values(tiers).every(isFreePrice);
}

/** Cost in pico-dollars, exact. */
export function costPico(usage: TokenUsage, price: TokenPrice): bigint {
  const { output, reasoning } = priceInForce(price, usage);
  return inputCostPico(usage, price) + BigInt(usage.output) * output + BigInt(usage.reasoning) * reasoning;
}

/** Cost of what was read, pico-dollars, exact: plain, from a prompt cache, and into one. */
export function inputCostPico(usage: TokenUsage, price: TokenPrice): bigint {
  const { input, cachedInput } = priceInForce(price, usage);
  return BigInt(usage.input) * input + BigInt(usage.cachedInput) * cachedInput + cacheWriteCostPico(usage, price);
}

/** Cost of what was written to a prompt cache, pico-dollars, exact. */
export function cacheWriteCostPico(usage: TokenUsage, standard: TokenPrice): bigint {
  const { cacheWrite, cacheWrite1h = 0 } = usage;
  if (cacheWrite === 0) return 0n;
  const price = priceInForce(standard, usage);
  const dearer = (price.cacheWrite1h ?? price.cacheWrite) - price.cacheWrite;
  return BigInt(cacheWrite) * price.cacheWrite + BigInt(Math.min(cacheWrite, cacheWrite1h)) * dearer;
}

/** The most that a token of input can cost, whatever becomes of it, pico-dollars. */
export const dearestInputPico = ({ input, cachedInput, cacheWrite, cacheWrite1h = 0n }: ClassPrice): bigint =>
  [cachedInput, cacheWrite, cacheWrite1h].reduce((most, one) => (one > most ? one : most), input);

/** Cost of units in pico-dollars, parts of a millisecond or of a pico-dollar rounded up; `null` when they have no price. */
export function unitCostPico({ unit, count }: Units, { units }: Pick<TokenPrice, "units">): bigint | null {
  if (unit === "second") {
    if (units?.minute === undefined) return null;
    return (BigInt(Math.ceil(count * 1_000)) * units.minute + 59_999n) / 60_000n;
  }
  const price = units?.[unit];
  return price === undefined ? null : BigInt(Math.ceil(count)) * price;
}
