import { setImmediate } from "node:timers/promises";
import type { Metric, Registry } from "prom-client";
import type { HistogramPoint, MetricFamily, PointLabels } from "../../domain/telemetry/metric-point.ts";
import type { LabelName } from "../../domain/telemetry/metric-labels.ts";
import { prometheusLabel, prometheusName } from "../../domain/telemetry/metric-names.ts";
import { METRICS } from "../../domain/telemetry/metric-table.ts";
import type { MetricSpec } from "../../domain/telemetry/metric-table.ts";
import type { SemanticVersion } from "../../domain/trace/semantic-name.ts";

/** How the text says what it is: the library's `Registry.PROMETHEUS_CONTENT_TYPE`, which is read when the first text is asked for. */
export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

interface Sample {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Written out once for all samples that have the same object. */
  readonly sharedLabels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * Metrics in Prometheus' text format. A metric without a point is left out, and so is one that the version has no name for. Calls go on between one
 * metric and the next: with hundreds of endpoints the text has megabytes.
 */
export async function prometheusText(families: readonly MetricFamily[], version: SemanticVersion): Promise<string> {
  const prometheus = await import("prom-client");
  const registry = new prometheus.Registry();
  const names = families.flatMap((family) => register(registry, family, version));
  const parts: string[] = [];
  for (const name of names) {
    parts.push(await registry.getSingleMetricAsString(name));
    await setImmediate();
  }
  return `${parts.join("\n\n")}\n`;
}

/** Registers a metric, whose samples are made when they are asked for; answers its name where there is something to say. */
function register(registry: Registry, family: MetricFamily, version: SemanticVersion): readonly string[] {
  const spec: MetricSpec = METRICS[family.metric];
  const name = prometheusName(spec, version);
  const count = "points" in family ? family.points.length : family.histograms.length;
  if (name === "" || count === 0) return [];
  const get = async () => ({
    name,
    help: `${spec.help}.`,
    type: spec.type,
    values: "points" in family ? numbersOf(family.points, version) : histogramsOf(name, family.histograms, version),
  });
  // The registry only asks a metric for this.
  registry.registerMetric({ name, get } as unknown as Metric);
  return [name];
}

const numbersOf = (
  points: readonly { readonly labels: PointLabels; readonly value: number }[],
  version: SemanticVersion,
): readonly Sample[] => points.map(({ labels, value }) => ({ labels: labelsOf(labels, version), value }));

const histogramsOf = (name: string, points: readonly HistogramPoint[], version: SemanticVersion): readonly Sample[] =>
  points.flatMap((point) => {
    const sharedLabels = labelsOf(point.labels, version);
    let seen = 0;
    const buckets = point.counts.map((count, bucket): Sample => {
      seen += count;
      const le = point.bounds[bucket];
      const labels = { le: le === undefined ? "+Inf" : String(le) };
      return { metricName: `${name}_bucket`, labels, sharedLabels, value: seen };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels: {}, sharedLabels, value: point.sum },
      { metricName: `${name}_count`, labels: {}, sharedLabels, value: seen },
    ];
  });

/** Empty labels are those that are not there: Prometheus makes no difference, and the text is shorter. */
const labelsOf = (labels: PointLabels, version: SemanticVersion): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels)
      .filter(([, value]) => value !== "")
      .map(([label, value]) => [prometheusLabel(label as LabelName, version), value.toWellFormed()]),
  );
