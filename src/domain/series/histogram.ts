/**
 * Counts of durations by fixed buckets. Two histograms are added bucket by bucket without loss, in any order. Buckets that are
 * missing at the end are 0.
 */
export interface Histogram {
  /** Count of each bucket of `LATENCY_BOUNDS`, and one more for what is above the last; not cumulative. */
  readonly counts: readonly number[];
  /** Sum of what was counted, whole microseconds. */
  readonly sumMicros: number;
}

/** A histogram that is being filled. */
export interface OpenHistogram extends Histogram {
  readonly counts: number[];
  sumMicros: number;
}

/** What a quantile is, as far as buckets tell: between `lowMs` and `highMs`; `ms` lies between them in their geometric middle. */
export interface Quantile {
  readonly ms: number;
  readonly lowMs: number;
  /** `Infinity` above the last bound. */
  readonly highMs: number;
}

const MILLI = 1_000;
const SECOND = 1_000_000;

/** Four buckets for each doubling, from 0.625 ms to 655 s: 10 ms times powers of two are among them. */
const LOGARITHMIC = Array.from({ length: 81 }, (_, step) => Math.round(625 * 2 ** (step / 4)));

/** Bounds that the GenAI conventions recommend for first tokens and output tokens, and limits that people set, microseconds. */
const ROUND = [1, 5, 20, 25, 40, 50, 60, 75, 80, 100, 150, 200, 250, 300, 400, 500, 600, 750, 800].map(
  (ms) => ms * MILLI,
);
const ROUND_SECONDS = [1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300].map(
  (seconds) => seconds * SECOND,
);

/**
 * Upper bounds of the buckets, inclusive, whole microseconds, ascending. They hold all that OpenTelemetry's GenAI conventions recommend
 * for durations (0.01 s doubling to 81.92 s), first tokens and output tokens, so that both are sums of whole buckets. They never change: stored counts
 * have no other meaning.
 */
export const LATENCY_BOUNDS: readonly number[] = [...new Set([...LOGARITHMIC, ...ROUND, ...ROUND_SECONDS])].toSorted(
  (one, other) => one - other,
);

/** How far a quantile may be from the truth at most, as a part of it, between 0.625 ms and 655 s: half a bucket on the logarithmic scale. */
export const QUANTILE_ERROR = 2 ** (1 / 8) - 1;

const BOUNDS = Float64Array.from(LATENCY_BOUNDS);

/** The bucket of a duration in microseconds: the first whose bound is not below it. */
export function bucketOf(micros: number): number {
  let low = 0;
  let high = BOUNDS.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((BOUNDS[middle] ?? Infinity) < micros) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** An empty histogram with all its buckets. */
export const openHistogram = (): OpenHistogram => ({
  counts: Array.from({ length: BOUNDS.length + 1 }, () => 0),
  sumMicros: 0,
});

/** An empty histogram. */
export const NO_DURATIONS: Histogram = { counts: [], sumMicros: 0 };

/** Counts a duration, milliseconds; what is below 0 counts as 0. */
export function countDuration(histogram: OpenHistogram, ms: number): void {
  const micros = Math.max(0, Math.round(ms * MILLI));
  const bucket = bucketOf(micros);
  histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
  histogram.sumMicros += micros;
}

/** Adds one histogram to another, or takes it away from one that it was added to. */
export function addInto(into: OpenHistogram, { counts, sumMicros }: Histogram, sign: 1 | -1 = 1): void {
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    const more = counts[bucket] ?? 0;
    if (more !== 0) into.counts[bucket] = (into.counts[bucket] ?? 0) + sign * more;
  }
  into.sumMicros += sign * sumMicros;
}

/** How many durations were counted. */
export const countOf = ({ counts }: Histogram): number => counts.reduce((sum, count) => sum + count, 0);

/** How many were at most so long, ms. Exact at a bound; within a bucket as many as its logarithmic share. */
export function countAtMost({ counts }: Histogram, ms: number): number {
  const micros = ms * MILLI;
  const last = bucketOf(micros);
  let sum = 0;
  for (let bucket = 0; bucket < last; bucket += 1) sum += counts[bucket] ?? 0;
  const own = counts[last] ?? 0;
  const bound = LATENCY_BOUNDS[last];
  if (bound === micros) return sum + own;
  if (bound === undefined || own === 0) return sum;
  return sum + own * shareBelow(micros, LATENCY_BOUNDS[last - 1] ?? 0, bound);
}

const shareBelow = (micros: number, low: number, high: number): number =>
  low === 0 ? micros / high : Math.log(micros / low) / Math.log(high / low);

/**
 * The duration that a part `q` (0 to 1) of all does not exceed: the bucket of the one with rank ⌈q·n⌉, the smallest for 0. Off by at most
 * `QUANTILE_ERROR` between the first and the last bound. `null` when nothing was counted.
 */
export function quantileOf(histogram: Histogram, q: number): Quantile | null {
  const total = countOf(histogram);
  if (total === 0) return null;
  const rank = Math.min(total, Math.max(1, Math.ceil(q * total)));
  let seen = 0;
  const bucket = histogram.counts.findIndex((count) => (seen += count) >= rank);
  const lowMs = (LATENCY_BOUNDS[bucket - 1] ?? 0) / MILLI;
  const highMs = (LATENCY_BOUNDS[bucket] ?? Infinity) / MILLI;
  if (highMs === Infinity) return { ms: lowMs, lowMs, highMs };
  return { ms: lowMs === 0 ? highMs : Math.sqrt(lowMs * highMs), lowMs, highMs };
}
