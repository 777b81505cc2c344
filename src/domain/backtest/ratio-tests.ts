import { BETS, logCapital } from "./bets.ts";

/** The same thing measured in both sessions of a pair; at least 0. */
export interface PairValues {
  readonly baseline: number;
  readonly candidate: number;
}

/** ln of the e-values that the candidate's ratio to the baseline is above `ratio`, and that it is below. */
export interface RatioEvidence {
  readonly above: number;
  readonly below: number;
}

/** Evidence about a ratio. */
export type RatioTest = (pairs: readonly PairValues[], ratio: number) => RatioEvidence;

/**
 * About the ratio of the means, every value clipped at `cap`: bets on Z = (min(x_c, cap) - ratio · min(x_b, cap)) / cap,
 * which lies in [-ratio, 1] and has the mean 0 where the ratio is the true one. The cap must have been known before the
 * candidate was asked. Source as in `event-tests.ts`.
 */
export const meanRatioTest =
  (cap: number): RatioTest =>
  (pairs, ratio) => {
    const payoffs = pairs.map(
      ({ baseline, candidate }) => (Math.min(candidate, cap) - ratio * Math.min(baseline, cap)) / cap,
    );
    return betBoth(payoffs, { above: 1 / ratio, below: 1 });
  };

/**
 * About the typical ratio, the median over the pairs: bets on which of x_c and ratio · x_b is larger, an even bet where
 * the ratio is the true one. Blind to how much larger, so that a few very slow sessions decide nothing. The sign test as
 * a betting game; source as above.
 */
export const typicalRatioTest: RatioTest = (pairs, ratio) => {
  const payoffs = pairs.map(({ baseline, candidate }) => Math.sign(candidate - ratio * baseline));
  return betBoth(payoffs, { above: 1, below: 1 });
};

/** Bets on payoffs and against them, each up to its limit. */
function betBoth(
  payoffs: readonly number[],
  limits: { readonly above: number; readonly below: number },
): RatioEvidence {
  const wealth = (bet: number): number => payoffs.reduce((sum, payoff) => sum + Math.log1p(bet * payoff), 0);
  // Who looks for an end of an interval asks for one of them, again and again.
  return {
    get above() {
      return logCapital(BETS, (bet) => wealth(bet * limits.above));
    },
    get below() {
      return logCapital(BETS, (bet) => wealth(-bet * limits.below));
    },
  };
}

/** Ratio of the means, clipped as in the test; `null` where the baseline has nothing. */
export function meanRatio(pairs: readonly PairValues[], cap: number): number | null {
  const sum = (values: readonly number[]): number => values.reduce((all, one) => all + Math.min(one, cap), 0);
  const baseline = sum(pairs.map((pair) => pair.baseline));
  return baseline === 0 ? null : sum(pairs.map((pair) => pair.candidate)) / baseline;
}

/** Median of the ratios of the pairs; `null` without a pair that has one. */
export function typicalRatio(pairs: readonly PairValues[]): number | null {
  const ratios = pairs.flatMap(({ baseline, candidate }) => (baseline > 0 ? [candidate / baseline] : []));
  return median(ratios);
}

/** Median; `null` of nothing. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
  return (lower + upper) / 2;
}
