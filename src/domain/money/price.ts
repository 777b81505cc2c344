import type { Units } from "../call/units.ts";

/** Tokens of one call in disjoint classes: nothing is counted twice. */
export interface TokenUsage {
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
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
export interface TokenPrice {
  readonly input: bigint;
  readonly cachedInput: bigint;
  readonly cacheWrite: bigint;
  readonly output: bigint;
  readonly reasoning: bigint;
  readonly units?: UnitPrice;
}

/** Cost in pico-dollars, exact. */
export function costPico(usage: TokenUsage, price: TokenPrice): bigint {
  return (
    BigInt(usage.input) * price.input +
    BigInt(usage.cachedInput) * price.cachedInput +
    BigInt(usage.cacheWrite) * price.cacheWrite +
    BigInt(usage.output) * price.output +
    BigInt(usage.reasoning) * price.reasoning
  );
}

/** Cost of units in pico-dollars, parts of a millisecond or of a pico-dollar rounded up; `null` when they have no price. */
export function unitCostPico({ unit, count }: Units, { units }: Pick<TokenPrice, "units">): bigint | null {
  if (unit === "second") {
    if (units?.minute === undefined) return null;
    return (BigInt(Math.ceil(count * 1_000)) * units.minute + 59_999n) / 60_000n;
  }
  const price = units?.[unit];
  return price === undefined ? null : BigInt(Math.ceil(count)) * price;
}
