import { logSumExp } from "../evidence/log-sum-exp.ts";

/** A bet as a multiple of the limit beyond which it could lose everything, with its share of the capital. */
export interface Bet {
  readonly bet: number;
  readonly share: number;
}

/**
 * Most of the capital bets high: what is looked for is large where it is there, and pairs differ in little else. Seven events
 * of the candidate against none prove a harm that an even spread proves with nine. What bets low insures against pairs that
 * go the other way. The grid is fixed, so the order of the pairs does not matter.
 */
export const BETS: readonly Bet[] = [
  { bet: 0.95, share: 6 / 16 },
  { bet: 0.7, share: 3 / 16 },
  { bet: 0.5, share: 2 / 16 },
  { bet: 0.35, share: 2 / 16 },
  { bet: 0.2, share: 1 / 16 },
  { bet: 0.1, share: 1 / 16 },
  { bet: 0.05, share: 1 / 16 },
];

/** ln of the capital of all bets together; `logWealthOf` gives that of one which began with 1. */
export const logCapital = (bets: readonly Bet[], logWealthOf: (bet: number) => number): number =>
  logSumExp(bets.map(({ bet, share }) => Math.log(share) + logWealthOf(bet)));
