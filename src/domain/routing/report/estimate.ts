import { rhoSquaredFor, twoSidedHalfWidth } from "../../evidence/asymptotic-interval.ts";

/** The chance that an interval ever leaves out the truth, over all looks together. */
export const ALPHA = 0.05;
/** Sessions at which the intervals are tightest. */
const BEST_AT = 5_000;
const RHO_SQUARED = rhoSquaredFor(ALPHA, BEST_AT);

/** An estimate with its interval; `null` bounds where there is too little to say. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Mean and standard deviation of per-session contributions. */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly sigma: number;
}

/**
 * Moments of contributions. `pseudo` is a sum of squares that is added before dividing: what an action that was
 * hardly ever seen might still do, so that a few good outcomes are not taken for certainty.
 */
export function momentsOf(values: Float64Array, pseudo = 0): Moments {
  const n = values.length;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = n === 0 ? 0 : sum / n;
  let squares = pseudo;
  for (const value of values) squares += (value - mean) ** 2;
  return { n, mean, sigma: Math.sqrt(squares / Math.max(1, n - 1)) };
}

/**
 * Half-width of the interval after `n` sessions: an asymptotic confidence sequence, so that the report may be looked
 * at as often as one likes. Source: see `asymptotic-interval.ts`.
 */
export const halfWidth = (sigma: number, n: number): number =>
  n < 2 ? Number.POSITIVE_INFINITY : twoSidedHalfWidth({ n, sigma, alpha: ALPHA, rhoSquared: RHO_SQUARED });

/** The estimate of moments, kept within what is possible. */
export function estimateOf({ n, mean, sigma }: Moments, [least, most]: readonly [number, number]): Estimate {
  const half = halfWidth(sigma, n);
  const within = (value: number): number => Math.min(most, Math.max(least, value));
  return { mean: within(mean), low: within(mean - half), high: within(mean + half) };
}

/** Sessions after which the half-width falls to `target`, by the spread seen so far; at most a billion, `null` beyond. */
export function sessionsFor(sigma: number, target: number): number | null {
  if (!(target > 0) || !Number.isFinite(sigma)) return null;
  let low = 2;
  let high = 4;
  while (halfWidth(sigma, high) > target) {
    low = high;
    high *= 2;
    if (high > 1e9) return null;
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (halfWidth(sigma, middle) > target) low = middle;
    else high = middle;
  }
  return high;
}
