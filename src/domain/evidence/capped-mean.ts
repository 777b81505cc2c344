import type { ArmValues } from "./blocks.ts";
import { BOUNDED_LAMBDA } from "./grids.ts";
import { LogWealth } from "./log-wealth.ts";

const cappedMean = (values: ArrayLike<number>, cap: number): number => {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += Math.min(values[index] ?? 0, cap);
  return sum / values.length;
};

/**
 * Z of a block: mean capped value of the candidate less 1 + margin times stable's, as a share of the cap;
 * in [-(1 + margin), 1] for values of at least 0. Both arms must be present.
 */
export const cappedDifference = ({ candidate, stable }: ArmValues, cap: number, margin: number): number =>
  (cappedMean(candidate, cap) - (1 + margin) * cappedMean(stable, cap)) / cap;

/** Bets on Z. Null: the capped mean of the candidate is at most 1 + margin times that of stable. */
export const cappedHarmWealth = (margin: number): LogWealth =>
  new LogWealth(BOUNDED_LAMBDA.map((bet) => bet / (1 + margin)));

/** Bets on -Z. Null: the capped mean of the candidate is at least 1 + margin times that of stable. */
export const cappedNoWorseWealth = (): LogWealth => new LogWealth(BOUNDED_LAMBDA);
