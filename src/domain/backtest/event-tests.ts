import { POINTS_BETS } from "../evidence/grids.ts";
import { logSumExp } from "../evidence/log-sum-exp.ts";
import { BETS, logCapital } from "./bets.ts";
import type { Bet } from "./bets.ts";
import type { PairCounts } from "./pair-counts.ts";

/**
 * Betting tests on pairs of sessions. For each pair the payoff is bounded and has a mean of at most 0 under the null, so
 * the capital of every fixed bet is a supermartingale, and so is a fixed mixture of several: it exceeds 1/α with
 * probability at most α, whenever the comparison ends and for whatever reason. Pairs enter only by their counts: their
 * order does not matter. Source: Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting,
 * arXiv 2010.09686.
 */

/** Payoffs of the four kinds of pairs. */
type Payoffs = Readonly<Record<keyof PairCounts, number>>;

const capital = (counts: PairCounts, payoffs: Payoffs, bets: readonly Bet[]): number =>
  logCapital(bets, (bet) => wealth(counts, payoffs, bet));

const KINDS = ["both", "worse", "better", "neither"] as const;

const wealth = (counts: PairCounts, payoffs: Payoffs, bet: number): number =>
  KINDS.reduce((sum, kind) => sum + (counts[kind] === 0 ? 0 : counts[kind] * Math.log1p(bet * payoffs[kind])), 0);

const upTo = (limit: number): readonly Bet[] => BETS.map(({ bet, share }) => ({ bet: bet * limit, share }));

/** The event of the candidate less `ratio` times that of the baseline. */
const againstRatio = (ratio: number): Payoffs => ({ both: 1 - ratio, worse: 1, better: -ratio, neither: 0 });

const turned = ({ both, worse, better, neither }: Payoffs): Payoffs => ({
  both: -both,
  worse: -worse,
  better: -better,
  neither: -neither,
});

/** ln of the e-value for harm. Null: the candidate has the event at most `ratio` times as often as the baseline. */
export const logEventHarm = (counts: PairCounts, ratio: number): number =>
  capital(counts, againstRatio(ratio), upTo(1 / ratio));

/** Where "no worse" ends: at a ratio, at a difference of shares (0.01 is one session of a hundred), or at the larger. */
export interface EventMargin {
  /** `null` where the difference alone decides. */
  readonly ratio: number | null;
  readonly points: number;
}

/** Share of the capital that bets on the ratio where both margins are given. */
const RATIO_SHARE = 0.2;

/**
 * ln of the e-value for "no worse". Null: the candidate has the event at least `ratio` times as often, and in at least
 * `points` more of the sessions. Under it both kinds of bets lose on average, so a mixture of them does.
 */
export function logEventNoWorse(counts: PairCounts, { ratio, points }: EventMargin): number {
  const onPoints = POINTS_BETS.map(({ bet, share }) => ({ bet: bet / (1 - points), share }));
  const byPoints = capital(counts, { both: points, worse: points - 1, better: points + 1, neither: points }, onPoints);
  if (ratio === null) return byPoints;
  const byRatio = capital(counts, turned(againstRatio(ratio)), upTo(1));
  return logSumExp([Math.log(1 - RATIO_SHARE) + byPoints, Math.log(RATIO_SHARE) + byRatio]);
}

/** ln of the e-values that the share of the candidate is more, and less, than `points` above that of the baseline. */
export function logDifferenceFrom(
  counts: PairCounts,
  points: number,
): { readonly above: number; readonly below: number } {
  const payoffs: Payoffs = { both: -points, worse: 1 - points, better: -1 - points, neither: -points };
  return {
    above: capital(counts, payoffs, upTo(1 / (1 + points))),
    below: capital(counts, turned(payoffs), upTo(1 / (1 - points))),
  };
}
