import { costPico } from "../money/price.ts";
import type { TokenPrice, TokenUsage } from "../money/price.ts";

const THOUSAND = 1_000n;

/**
 * What a thousand calls cost that use tokens as the given ones did, in pico-dollars, rounded to the nearest; `null`
 * without any. Each call is priced by the tier of service that its usage names.
 */
export function pricePerThousand(usages: readonly TokenUsage[], price: TokenPrice): bigint | null {
  if (usages.length === 0) return null;
  const calls = BigInt(usages.length);
  const total = usages.reduce((sum, usage) => sum + costPico(usage, price), 0n);
  return (total * THOUSAND + calls / 2n) / calls;
}

/** Mean tokens of a call by class. */
export interface MeanTokens {
  readonly input: number;
  readonly cachedInput: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

/** What the calls used on average; `null` without any. */
export function meanTokens(usages: readonly TokenUsage[]): MeanTokens | null {
  if (usages.length === 0) return null;
  const mean = (of: (usage: TokenUsage) => number): number =>
    usages.reduce((sum, usage) => sum + of(usage), 0) / usages.length;
  return {
    input: mean(({ input }) => input),
    cachedInput: mean(({ cachedInput }) => cachedInput),
    cacheWrite: mean(({ cacheWrite }) => cacheWrite),
    output: mean(({ output }) => output),
    reasoning: mean(({ reasoning }) => reasoning),
  };
}
