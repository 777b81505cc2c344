import { sharedRefusalsIn } from "../limits/refused-by.ts";
import { countAtMost, countOf } from "../series/histogram.ts";
import type { SeriesHistogram, SeriesTally } from "../series/series-cell.ts";
import type { Slo, SloIndicator } from "./slo.ts";

/** Good and bad of what a service level counts. */
export interface SloCount {
  readonly total: number;
  readonly bad: number;
}

/** How fast a budget burns. */
export interface Burn extends SloCount {
  /** 1 uses the budget up exactly at the end of the period. `null` with nothing to count. */
  readonly rate: number | null;
}

/** What is left of a budget. */
export interface BudgetLeft extends SloCount {
  /** Share of good ones; for spend, of the money that is left. `null` with nothing to count. */
  readonly achieved: number | null;
  /** 1 is all of it, 0 nothing, below 0 overdrawn. `null` with nothing to count. */
  readonly left: number | null;
}

/** Buckets of judged scores: twentieths, and one for 1. */
const TWENTIETHS = 20;

/** Counts calls for an indicator. Spend counts nothing. */
export function countFor(indicator: SloIndicator, tally: SeriesTally | undefined): SloCount {
  if (tally === undefined) return { total: 0, bad: 0 };
  switch (indicator.type) {
    case "availability":
      return { total: tally.calls, bad: tally.faults + (indicator.ignoresRefusals ? 0 : sharedRefusalsIn(tally)) };
    case "latency":
    case "first-token": {
      const histogram = indicator.type === "latency" ? tally.latency : tally.firstToken;
      const total = countOf(histogram);
      return { total, bad: Math.max(0, total - countAtMost(histogram, indicator.belowMs)) };
    }
    case "quality": {
      const from = Math.round(indicator.atLeast * TWENTIETHS);
      const { judgedBy } = tally;
      return { total: sum(judgedBy), bad: sum(judgedBy.slice(0, from)) };
    }
    default:
      return { total: tally.calls, bad: 0 };
  }
}

/** How fast the budget burnt within `lengthMs`. */
export function burnOf(slo: Slo, tally: SeriesTally | undefined, lengthMs: number): Burn {
  const { indicator, objective, periodMs } = slo;
  const count = countFor(indicator, tally);
  if (indicator.type === "spend") {
    if (tally === undefined) return { ...count, rate: null };
    return { ...count, rate: (Number(tally.costPico) / lengthMs / indicator.atMostPico) * periodMs };
  }
  return { ...count, rate: count.total === 0 ? null : count.bad / count.total / (1 - objective) };
}

/** What is left of the budget after what the calls of the period so far came to. */
export function budgetLeft({ indicator, objective }: Slo, tally: SeriesTally | undefined): BudgetLeft {
  const count = countFor(indicator, tally);
  if (indicator.type === "spend") {
    const left = 1 - Number(tally?.costPico ?? 0n) / indicator.atMostPico;
    return { ...count, achieved: left, left };
  }
  if (count.total === 0) return { ...count, achieved: null, left: null };
  const badShare = count.bad / count.total;
  return { ...count, achieved: 1 - badShare, left: 1 - badShare / (1 - objective) };
}

/** Histograms that an indicator needs. */
export const histogramsFor = ({ type }: SloIndicator): readonly SeriesHistogram[] =>
  type === "latency" ? ["latency"] : type === "first-token" ? ["firstToken"] : [];

const sum = (counts: readonly number[]): number => counts.reduce((total, each) => total + each, 0);
