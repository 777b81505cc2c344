import { BOUNDED_LAMBDA } from "./grids.ts";
import { LogWealth } from "./log-wealth.ts";

/**
 * Tests on W: mean score of the candidate less mean score of stable over a closed block, scores in [0, 1].
 * Bets on -(W + drop), drop in [0, 1). Null: the candidate's mean score is no lower than stable's by more than the drop.
 */
export const boundedHarmWealth = (drop = 0): LogWealth => new LogWealth(BOUNDED_LAMBDA.map((bet) => bet / (1 + drop)));

/** Bets on W + margin, margin in [0, 1). Null: the candidate's mean score is lower than stable's by the margin or more. */
export const boundedNoWorseWealth = (margin: number): LogWealth =>
  new LogWealth(BOUNDED_LAMBDA.map((bet) => bet / (1 - margin)));
