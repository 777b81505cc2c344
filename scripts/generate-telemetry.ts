import { METRIC_PARTS } from "../src/domain/telemetry/metric-table.ts";
import type { MetricSpec } from "../src/domain/telemetry/metric-table.ts";
import { attributeName, metricName, prometheusLabel, prometheusName } from "../src/domain/telemetry/metric-names.ts";
import { LABELS } from "../src/domain/telemetry/metric-labels.ts";
import type { LabelName } from "../src/domain/telemetry/metric-labels.ts";
import { SEMANTIC_VERSIONS } from "../src/domain/trace/semantic-name.ts";
import type { SemanticVersion } from "../src/domain/trace/semantic-name.ts";
import { writeGenerated } from "./generated-file.ts";
import { dashboardJson } from "./telemetry/dashboard.ts";
import { DASHBOARDS } from "./telemetry/dashboards.ts";
import { METRICS_INTRODUCTION } from "./telemetry/metrics-introduction.ts";
import { prometheusFile, RULES_FILE, rulesFile, rulesTestFile } from "./telemetry/rule-files.ts";

/** The first version of the conventions that has the metric. */
const versionOf = (spec: MetricSpec): SemanticVersion =>
  SEMANTIC_VERSIONS.find((version) => metricName(spec, version) !== "") ?? "latest";

function rowOf(spec: MetricSpec): string {
  const version = versionOf(spec);
  const name = metricName(spec, version);
  const note = version === "latest" ? "" : `; only with \`semantic_conventions: ${version}\``;
  const labels = spec.labels.map((label) => `\`${prometheusLabel(label, version)}\``).join(" ");
  return `| \`${prometheusName(spec, version)}\` | \`${name}\` | ${spec.type} | ${spec.unit} | ${labels} | ${spec.help}${note} |`;
}

const HEAD = "| Prometheus | OpenTelemetry | type | unit | labels | what it says |\n|---|---|---|---|---|---|";

const parts = Object.entries(METRIC_PARTS).map(
  ([title, metrics]) => `### ${title}\n\n${HEAD}\n${Object.values<MetricSpec>(metrics).map(rowOf).join("\n")}`,
);

const labels = (Object.keys(LABELS) as LabelName[])
  .map((label) => `| \`${prometheusLabel(label, "latest")}\` | \`${attributeName(label, "latest")}\` |`)
  .join("\n");

writeGenerated(
  "docs/telemetry-metrics.md",
  `${[METRICS_INTRODUCTION.trim(), ...parts, `### Labels\n\n| Prometheus | OpenTelemetry |\n|---|---|\n${labels}`].join("\n\n")}\n`,
);
for (const dashboard of DASHBOARDS)
  writeGenerated(`deploy/grafana/dashboards/${dashboard.slug}.json`, dashboardJson(dashboard));
writeGenerated(`deploy/prometheus/${RULES_FILE}`, rulesFile());
writeGenerated("deploy/prometheus/rollward.rules.test.yml", rulesTestFile());
writeGenerated("deploy/prometheus/prometheus.yml", prometheusFile());
