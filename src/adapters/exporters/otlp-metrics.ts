import { ValueType } from "@opentelemetry/api";
import type { Attributes, HrTime } from "@opentelemetry/api";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AggregationTemporality, DataPointType } from "@opentelemetry/sdk-metrics";
import type { DataPoint, Histogram, MetricData, ResourceMetrics } from "@opentelemetry/sdk-metrics";
import type { HistogramPoint, MetricFamily, PointLabels } from "../../domain/telemetry/metric-point.ts";
import type { LabelName } from "../../domain/telemetry/metric-labels.ts";
import { attributeName, metricName } from "../../domain/telemetry/metric-names.ts";
import { METRICS } from "../../domain/telemetry/metric-table.ts";
import type { MetricSpec } from "../../domain/telemetry/metric-table.ts";
import type { SemanticVersion } from "../../domain/trace/semantic-name.ts";
import { agentOptions, isOfHeaders } from "./otlp-agent.ts";
import type { OtlpTarget } from "./otlp-target.ts";

/** Metrics as they stood at an instant. */
export interface MetricsReport {
  readonly families: readonly MetricFamily[];
  readonly version: SemanticVersion;
  /** Who sends them, by the names of attributes. */
  readonly resource: Readonly<Record<string, string>>;
  /** When counting began and when it was looked at, epoch milliseconds. */
  readonly since: number;
  readonly at: number;
}

/** Sends metrics as OTLP over HTTP. */
export interface MetricsSender {
  /** Rejects when the receiver does not take them; what counts up is sent again next time. */
  send(report: MetricsReport): Promise<void>;
  close(): Promise<void>;
}

/** The SDK's words for these stand in a package that is none of our dependencies. */
type Compression = NonNullable<NonNullable<ConstructorParameters<typeof OTLPMetricExporter>[0]>["compression"]>;
const SUCCESS = 0;

/** A sender to one receiver. */
export function createOtlpMetricsSender(target: OtlpTarget): MetricsSender {
  const { url, headers, timeoutMs, isCompressed } = target;
  const make = (): OTLPMetricExporter =>
    new OTLPMetricExporter({
      ...agentOptions(target, "METRICS", process.env),
      url,
      headers: { ...headers },
      timeoutMillis: timeoutMs,
      compression: (isCompressed ? "gzip" : "none") as Compression,
    });
  const exporter = withoutHeaders(make);
  return {
    send: (report) =>
      new Promise((resolve, reject) => {
        exporter.export(
          resourceMetrics(report),
          ({ code, error }: { readonly code: number; readonly error?: Error }) => {
            if (code === SUCCESS) resolve();
            else reject(error ?? new Error("The receiver of OTLP metrics did not take them."));
          },
        );
      }),
    close: () => exporter.shutdown(),
  };
}

/** The SDK reads headers of the environment when an exporter is made and would send them to any receiver. */
function withoutHeaders<T>(make: () => T): T {
  const taken = Object.entries(process.env).filter(([name]) => isOfHeaders(name));
  for (const [name] of taken) delete process.env[name];
  try {
    return make();
  } finally {
    for (const [name, value] of taken) process.env[name] = value;
  }
}

const SCOPE = { name: "rollward" };

/** A report in the shape of OpenTelemetry's SDK. */
export function resourceMetrics(report: MetricsReport): ResourceMetrics {
  const metrics = report.families.flatMap((family) => dataOf(family, report));
  return { resource: resourceFromAttributes({ ...report.resource }), scopeMetrics: [{ scope: SCOPE, metrics }] };
}

function dataOf(family: MetricFamily, report: MetricsReport): readonly MetricData[] {
  const spec: MetricSpec = METRICS[family.metric];
  const name = metricName(spec, report.version);
  if (name === "") return [];
  const common = {
    descriptor: { name, description: `${spec.help}.`, unit: spec.unit, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const pointOf = <T>(labels: PointLabels, value: T): DataPoint<T> => ({
    startTime: hrTime(report.since),
    endTime: hrTime(report.at),
    attributes: attributesOf(labels, report.version),
    value,
  });
  if ("histograms" in family) {
    if (family.histograms.length === 0) return [];
    const dataPoints = family.histograms.map((point) => pointOf(point.labels, histogramOf(point)));
    return [{ ...common, dataPointType: DataPointType.HISTOGRAM, dataPoints }];
  }
  const dataPoints = family.points.map(({ labels, value }) => pointOf(labels, value));
  if (dataPoints.length === 0) return [];
  if (spec.type === "gauge") return [{ ...common, dataPointType: DataPointType.GAUGE, dataPoints }];
  return [{ ...common, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }];
}

const histogramOf = ({ bounds, counts, sum }: HistogramPoint): Histogram => ({
  buckets: { boundaries: [...bounds], counts: [...counts] },
  sum,
  count: counts.reduce((total, count) => total + count, 0),
});

const attributesOf = (labels: PointLabels, version: SemanticVersion): Attributes =>
  Object.fromEntries(
    Object.entries(labels)
      .filter(([, value]) => value !== "")
      .map(([label, value]) => [attributeName(label as LabelName, version), value.toWellFormed()]),
  );

const hrTime = (ms: number): HrTime => [Math.floor(ms / 1_000), Math.round((ms % 1_000) * 1e6)];
