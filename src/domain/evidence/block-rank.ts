import type { ArmValues } from "./blocks.ts";
import { RANK_LAMBDA } from "./grids.ts";
import { LogWealth } from "./log-wealth.ts";

/** Values this close, relatively, tie: scaling rounds, and whether 1.1 · 10 is 11 must not decide a pair. */
const TIE_TOLERANCE = 1e-12;

/**
 * U: the share of candidate × stable pairs of a block in which the candidate's value exceeds `scale` times
 * stable's; ties count one half. Two infinite values tie. Its mean is 1/2 when, inside the block, the
 * candidate's values and the scaled stable ones are exchangeable, which the assignment by lot provides.
 */
export function rankShare({ candidate, stable }: ArmValues, scale: number): number {
  let halves = 0;
  for (let index = 0; index < stable.length; index += 1) {
    const bar = scale * (stable[index] ?? 0);
    const slack = bar === Infinity ? 0 : bar * TIE_TOLERANCE;
    for (let other = 0; other < candidate.length; other += 1) {
      const value = candidate[other] ?? 0;
      if (value === bar || Math.abs(value - bar) <= slack) halves += 1;
      else if (value > bar) halves += 2;
    }
  }
  return halves / (2 * candidate.length * stable.length);
}

/** Bets on U - 1/2 for harm and on 1/2 - U for no worse; the limit for either is 2. */
export const rankWealth = (): LogWealth => new LogWealth(RANK_LAMBDA);
