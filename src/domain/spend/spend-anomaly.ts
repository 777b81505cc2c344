/** How far an hour may lie above its baseline. */
export interface AnomalyRule {
  /** Ratio to the baseline from which on an hour is too dear; 1.5 is 150 %. */
  readonly ratio: number;
  /** Robust z-score that it must have as well, so that an endpoint whose hours differ much is not always too dear. */
  readonly robustZ: number;
  /** Spend below this is never worth an alert, pico-dollars. */
  readonly leastPico: bigint;
}

export const DEFAULT_ANOMALY_RULE: AnomalyRule = { ratio: 1.5, robustZ: 3, leastPico: 100_000_000_000n };

/** What an hour usually costs. */
export interface SpendBaseline {
  /** Median of the same hour of previous days, pico-dollars. */
  readonly medianPico: bigint;
  /** Median of the distances from it, times 1.4826: the standard deviation where hours are normally distributed. */
  readonly spreadPico: bigint;
  /** Days that it rests on. */
  readonly days: number;
}

/** An hour that is too dear. */
export interface SpendAnomaly {
  readonly spentPico: bigint;
  readonly baseline: SpendBaseline;
  /** Spent, as a multiple of the baseline; infinite when nothing was usual. */
  readonly ratio: number;
  /** `null` when all days cost the same. */
  readonly robustZ: number | null;
}

/** With fewer days nothing is usual yet. */
const LEAST_DAYS = 3;

/** The baseline of an hour from the same hour of previous days; `null` with fewer than three. */
export function spendBaseline(sameHours: readonly bigint[]): SpendBaseline | null {
  if (sameHours.length < LEAST_DAYS) return null;
  const medianPico = median(sameHours);
  const distances = sameHours.map((each) => (each > medianPico ? each - medianPico : medianPico - each));
  return { medianPico, spreadPico: (median(distances) * 14_826n) / 10_000n, days: sameHours.length };
}

/**
 * Whether an hour is too dear; `null` when it is not. An hour under way may be judged too: against the whole of its
 * baseline it can be told late, never early.
 */
export function spendAnomaly(
  spentPico: bigint,
  baseline: SpendBaseline | null,
  rule: AnomalyRule = DEFAULT_ANOMALY_RULE,
): SpendAnomaly | null {
  if (baseline === null || spentPico < rule.leastPico) return null;
  const { medianPico, spreadPico } = baseline;
  const ratio = medianPico === 0n ? Number.POSITIVE_INFINITY : Number(spentPico) / Number(medianPico);
  const robustZ = spreadPico === 0n ? null : Number(spentPico - medianPico) / Number(spreadPico);
  if (ratio <= rule.ratio || (robustZ !== null && robustZ < rule.robustZ)) return null;
  return { spentPico, baseline, ratio, robustZ };
}

/** Where the median stands, the first of equal ones; of two middle ones the lower. `null` of nothing. */
export function middleIndex(values: readonly bigint[]): number | null {
  const sorted = values.toSorted((one, other) => (one < other ? -1 : one > other ? 1 : 0));
  const middle = sorted[(sorted.length - 1) >> 1];
  return middle === undefined ? null : values.indexOf(middle);
}

/** The middle one; of two middle ones the lower half of their sum. */
function median(values: readonly bigint[]): bigint {
  const sorted = values.toSorted((one, other) => (one < other ? -1 : one > other ? 1 : 0));
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0n;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0n) + upper) / 2n;
}
