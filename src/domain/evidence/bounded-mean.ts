import { BOUNDED_LAMBDA } from "./grids.ts";
import { LogWealth } from "./log-wealth.ts";

/**
 * Tests on W: mean score of the candidate less mean score of stable over a closed block, scores in [0, 1].
 * Bets on -W. Null: the candidate's mean score is no lower than stable's.
 */
export const boundedHarmWealth = (): LogWealth => new LogWealth(BOUNDED_LAMBDA);

/** Bets on W + margin, margin in [0, 1). Null: the candidate's mean score is lower than stable's by the margin or more. */
export const boundedNoWorseWealth = (margin: number): LogWealth =>
  new LogWealth(BOUNDED_LAMBDA.map((bet) => bet / (1 - margin)));
