import { METRICS } from "./metric-table.ts";
import type { MetricKey } from "./metric-table.ts";
import type { LabelName } from "./metric-labels.ts";

/** Values of the labels of a point; one that is left out is empty. */
export type PointLabels = Readonly<Partial<Record<LabelName, string>>>;

/** A counter or a gauge with its labels. */
export interface NumberPoint {
  readonly labels: PointLabels;
  readonly value: number;
}

/** A histogram with its labels. */
export interface HistogramPoint {
  readonly labels: PointLabels;
  /** Upper bounds, inclusive, ascending, in the metric's unit. */
  readonly bounds: readonly number[];
  /** Counts by bucket, and one more above the last bound; not cumulative. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** One metric as it stands. */
export type MetricFamily =
  | { readonly metric: MetricKey; readonly points: readonly NumberPoint[] }
  | { readonly metric: MetricKey; readonly histograms: readonly HistogramPoint[] };

/** Points with the labels that the metric has, those that are then the same added up. */
export function numbers(metric: MetricKey, points: readonly NumberPoint[]): MetricFamily {
  const sums = new Map<string, { readonly labels: PointLabels; value: number }>();
  for (const { labels, value } of points) {
    const own = ownLabels(metric, labels);
    const key = JSON.stringify(own);
    const known = sums.get(key);
    if (known === undefined) sums.set(key, { labels: own, value });
    else known.value += value;
  }
  return { metric, points: [...sums.values()] };
}

/** The same of histograms, which have the same bounds. */
export function histograms(metric: MetricKey, points: readonly HistogramPoint[]): MetricFamily {
  const sums = new Map<string, HistogramPoint>();
  for (const point of points) {
    const own = ownLabels(metric, point.labels);
    const key = JSON.stringify(own);
    const known = sums.get(key);
    sums.set(key, known === undefined ? { ...point, labels: own } : added(known, point));
  }
  return { metric, histograms: [...sums.values()] };
}

const added = (one: HistogramPoint, other: HistogramPoint): HistogramPoint => ({
  ...one,
  counts: one.counts.map((count, bucket) => count + (other.counts[bucket] ?? 0)),
  sum: one.sum + other.sum,
});

function ownLabels(metric: MetricKey, labels: PointLabels): PointLabels {
  const { labels: names }: { readonly labels: readonly LabelName[] } = METRICS[metric];
  return Object.fromEntries(names.map((name) => [name, labels[name] ?? ""]));
}
