import { namesIn } from "../trace/semantic-names.ts";
import type { SemanticVersion } from "../trace/semantic-name.ts";
import { LABELS } from "./metric-labels.ts";
import type { LabelName, LabelSource } from "./metric-labels.ts";
import type { MetricSpec, MetricUnit } from "./metric-table.ts";

/** The name in OpenTelemetry; empty where the version has none. */
export const metricName = ({ name }: MetricSpec, version: SemanticVersion): string =>
  "own" in name ? name.own : namesIn(version)[name.semantic];

/** The name of a label as an attribute in OpenTelemetry. */
export function attributeName(label: LabelName, version: SemanticVersion): string {
  const source: LabelSource = LABELS[label];
  return "own" in source ? source.own : namesIn(version)[source.semantic];
}

const SUFFIXES: Readonly<Partial<Record<MetricUnit, string>>> = {
  s: "_seconds",
  By: "_bytes",
  USD: "_usd",
  "1": "_ratio",
};

/**
 * The name in Prometheus, as OpenTelemetry's compatibility rules make it: underscores for dots, the unit in full, `_total` for counters.
 * Empty where the version has none.
 */
export function prometheusName(spec: MetricSpec, version: SemanticVersion): string {
  const name = metricName(spec, version).replaceAll(".", "_");
  if (name === "") return "";
  return `${name}${SUFFIXES[spec.unit] ?? ""}${spec.type === "counter" ? "_total" : ""}`;
}

const OF_CONVENTIONS: ReadonlySet<LabelName> = new Set([
  "operationName",
  "providerName",
  "requestModel",
  "errorType",
  "tokenType",
]);

/** The name of a label in Prometheus: short for our own, that of the attribute for those of conventions. */
export const prometheusLabel = (label: LabelName, version: SemanticVersion): string =>
  OF_CONVENTIONS.has(label) ? attributeName(label, version).replaceAll(".", "_") : label;
