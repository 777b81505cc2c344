import { prometheusName } from "../../src/domain/telemetry/metric-names.ts";
import { METRICS } from "../../src/domain/telemetry/metric-table.ts";
import type { MetricKey } from "../../src/domain/telemetry/metric-table.ts";

/** The name of a metric of the table in Prometheus: what the table does not have cannot be named here. */
export const name = (metric: MetricKey): string => prometheusName(METRICS[metric], "latest");

/** Only the environments and endpoints that are chosen on a dashboard. */
export const CHOSEN = 'environment=~"$environment",endpoint=~"$endpoint"';
export const CHOSEN_ENVIRONMENT = 'environment=~"$environment"';

/** How fast a counter counts, by labels; in a second. */
export const rate = (metric: MetricKey, filter: string, by = ""): string =>
  `sum${by === "" ? "" : ` by (${by})`} (rate(${name(metric)}{${filter}}[$__rate_interval]))`;

/** A quantile of a histogram, by labels. */
export const quantile = (
  q: number,
  metric: MetricKey,
  { filter, by = "" }: { readonly filter: string; readonly by?: string },
): string =>
  `histogram_quantile(${q}, sum by (${by === "" ? "le" : `le, ${by}`}) (rate(${name(metric)}_bucket{${filter}}[$__rate_interval])))`;

/** A gauge as it is. */
export const gauge = (metric: MetricKey, filter = ""): string =>
  filter === "" ? name(metric) : `${name(metric)}{${filter}}`;
