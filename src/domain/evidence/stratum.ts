import { rhoSquaredFor, twoSidedHalfWidth } from "./asymptotic-interval.ts";
import type { EpochRow } from "./by-epoch.ts";
import type { MetricReading } from "./evidence.ts";

/** Sums over the sessions of one arm: number, Σx, Σx². */
export interface ArmSums {
  n: number;
  sum: number;
  squares: number;
}

/** The sums of both arms in one epoch. */
export interface Stratum extends EpochRow {
  readonly candidate: ArmSums;
  readonly stable: ArmSums;
}

/** An epoch without sessions yet. */
export const emptyStratum = (epoch: number, weight: number): Stratum => ({
  epoch,
  weight,
  candidate: { n: 0, sum: 0, squares: 0 },
  stable: { n: 0, sum: 0, squares: 0 },
});

/** Adds one value to the sums of an arm. */
export function addValue(sums: ArmSums, value: number): void {
  sums.n += 1;
  sums.sum += value;
  sums.squares += value * value;
}

/** Adds the sums of another replica. */
export function addSums(sums: ArmSums, other: Readonly<ArmSums>): void {
  sums.n += other.n;
  sums.sum += other.sum;
  sums.squares += other.squares;
}

/** Total number and sum of an arm over all epochs. */
export function totalOf(
  strata: readonly Stratum[],
  arm: "candidate" | "stable",
): { readonly n: number; readonly sum: number } {
  let n = 0;
  let sum = 0;
  for (const stratum of strata) {
    n += stratum[arm].n;
    sum += stratum[arm].sum;
  }
  return { n, sum };
}

/** A mean over all epochs and the square of its standard error. */
interface PooledMean {
  readonly mean: number;
  readonly variance: number;
}

/** Both arms compared inside each epoch first, then averaged with Mantel-Haenszel weights n_c n_s / (n_c + n_s). */
interface Pooled {
  readonly n: number;
  readonly candidate: PooledMean;
  readonly stable: PooledMean;
}

function poolArm(strata: readonly Stratum[], shares: readonly number[], arm: "candidate" | "stable"): PooledMean {
  let mean = 0;
  let variance = 0;
  for (const [index, stratum] of strata.entries()) {
    const { n, sum, squares } = stratum[arm];
    const share = shares[index] ?? 0;
    mean += share * (sum / n);
    variance += (share ** 2 * Math.max(0, squares / n - (sum / n) ** 2)) / n;
  }
  return { mean, variance };
}

function pool(all: readonly Stratum[]): Pooled | null {
  const strata = all.filter(({ candidate, stable }) => candidate.n > 0 && stable.n > 0);
  const weights = strata.map(({ candidate, stable }) => (candidate.n * stable.n) / (candidate.n + stable.n));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (sum === 0) return null;
  const shares = weights.map((weight) => weight / sum);
  return {
    n: strata.reduce((total, { candidate, stable }) => total + candidate.n + stable.n, 0),
    candidate: poolArm(strata, shares, "candidate"),
    stable: poolArm(strata, shares, "stable"),
  };
}

/** Sessions (or events) per arm from which on the asymptotic interval is shown. */
export const ENOUGH_FOR_INTERVAL = 50;

/** The display interval is tightest at this many sessions, both arms together. */
const TIGHTEST_AT = 5_000;

/** How an interval is made: its level, and whether there are enough sessions for one. */
export interface IntervalOptions {
  readonly alpha: number;
  readonly isEnough: boolean;
}

type Effect = MetricReading["effect"];

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function effectOf(logRatio: number, variance: number, options: IntervalOptions & { readonly n: number }): Effect {
  const ratio = Math.exp(logRatio);
  if (!Number.isFinite(ratio) || ratio === 0) return null;
  if (!options.isEnough) return { ratio, low: null, high: null };
  const { n, alpha } = options;
  const half = twoSidedHalfWidth({
    n,
    sigma: Math.sqrt(variance * n),
    alpha,
    rhoSquared: rhoSquaredFor(alpha, TIGHTEST_AT),
  });
  return { ratio, low: finiteOrNull(Math.exp(logRatio - half)), high: finiteOrNull(Math.exp(logRatio + half)) };
}

/**
 * Ratio of the arms' means, candidate : stable, compared inside each epoch, so that drift during a ramp does not
 * pass for an effect. For display. `null` unless both means are above 0.
 */
export function ratioOfMeans(strata: readonly Stratum[], options: IntervalOptions): Effect {
  const pooled = pool(strata);
  if (pooled === null || pooled.candidate.mean <= 0 || pooled.stable.mean <= 0) return null;
  const { candidate, stable, n } = pooled;
  const variance = candidate.variance / candidate.mean ** 2 + stable.variance / stable.mean ** 2;
  return effectOf(Math.log(candidate.mean / stable.mean), variance, { ...options, n });
}

/** The same for sums of logarithms: the ratio of the geometric means. */
export function ratioOfLogMeans(strata: readonly Stratum[], options: IntervalOptions): Effect {
  const pooled = pool(strata);
  if (pooled === null) return null;
  const { candidate, stable, n } = pooled;
  return effectOf(candidate.mean - stable.mean, candidate.variance + stable.variance, { ...options, n });
}
