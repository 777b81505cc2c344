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

/** Price of one token of each class in pico-dollars (1e-12 USD); $1 per million tokens is 1,000,000. */
export interface TokenPrice {
  readonly input: bigint;
  readonly cachedInput: bigint;
  readonly cacheWrite: bigint;
  readonly output: bigint;
  readonly reasoning: bigint;
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
