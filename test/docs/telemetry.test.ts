import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DASHBOARDS } from "../../scripts/telemetry/dashboards.ts";
import { ALERT_GROUPS } from "../../scripts/telemetry/rules.ts";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import { LABELS } from "../../src/domain/telemetry/metric-labels.ts";
import type { LabelName } from "../../src/domain/telemetry/metric-labels.ts";
import { prometheusLabel, prometheusName } from "../../src/domain/telemetry/metric-names.ts";
import { METRICS } from "../../src/domain/telemetry/metric-table.ts";
import type { MetricSpec } from "../../src/domain/telemetry/metric-table.ts";
import type { TelemetrySettings } from "../../src/domain/telemetry/telemetry-settings.ts";
import { SEMANTIC_VERSIONS } from "../../src/domain/trace/semantic-name.ts";
import { HAS_PROMTOOL, promtool } from "../fixtures/prometheus.ts";
import { modelText, simulatedText } from "../fixtures/running-server.ts";

const FOLDER = join(import.meta.dirname, "../../deploy/prometheus");

/** Every expression of a dashboard, with its choices made. */
const EXPRESSIONS = DASHBOARDS.flatMap(({ slug, panels }) =>
  panels.flatMap(({ title, queries }) =>
    queries.map(({ expr, legend = "" }) => ({
      where: `${slug}: ${title}`,
      legend,
      expr: expr.replaceAll("$__rate_interval", "5m").replaceAll(/\$(?:environment|endpoint)/g, ".*"),
    })),
  ),
);

describe("the table of metrics", () => {
  test("has names of its own for each, in every version, in the characters of Prometheus", () => {
    for (const version of SEMANTIC_VERSIONS) {
      const names = Object.values<MetricSpec>(METRICS)
        .map((spec) => prometheusName(spec, version))
        .filter((name) => name !== "");
      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/^(?:rollward|gen_ai)_[a-z][a-z0-9_]*$/);
    }
  });

  test("says what each metric is in a sentence of its own", () => {
    for (const { help, labels } of Object.values<MetricSpec>(METRICS)) {
      expect(help).toMatch(/^[A-Z1].*[^.]$/);
      expect(new Set(labels).size).toBe(labels.length);
    }
  });
});

/** What the telemetry of the nth block of a page means. */
function telemetryIn(page: string, number: number): TelemetrySettings | undefined {
  const text = readFileSync(join(import.meta.dirname, "../../docs", page), "utf8");
  const block = text.split("```yaml\n")[number + 1]?.split("```")[0] ?? "";
  const main = `${simulatedText(modelText("a-2026-01-01"))}endpoints:\n  bot: { models: [sim/a-2026-01-01] }\n${block}`;
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", main]]) });
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  return loaded.project.telemetry;
}

test("the examples of the pages load and mean what they say", () => {
  expect(telemetryIn("telemetry-metrics.md", 0)?.metrics).toEqual({ readers: "keys" });
  expect(telemetryIn("telemetry-metrics.md", 1)?.otlp).toEqual({
    endpoint: "http://collector:4318",
    headersEnv: "COLLECTOR_HEADERS",
    metrics: true,
    metricsEveryMs: 30_000,
  });
  expect(telemetryIn("logs.md", 0)?.logs).toEqual({ calls: "errors" });
});

describe("dashboards", () => {
  test("group and filter by labels that the metrics in them have", () => {
    const known = new Map(Object.values<MetricSpec>(METRICS).map((spec) => [prometheusName(spec, "latest"), spec]));
    for (const { where, expr, legend } of EXPRESSIONS) {
      const used = [...expr.matchAll(/(?:rollward|gen_ai)_[a-z0-9_]+(?=[{[\s)]|$)/g)].map(([name]) =>
        name.replace(/_bucket$/, ""),
      );
      const specs = used.flatMap((name) => known.get(name) ?? []);
      const metrics = used.filter(
        (name) => !Object.keys(LABELS).some((label) => prometheusLabel(label as LabelName, "latest") === name),
      );
      expect(specs.length, `${where}: ${expr}`).toBe(metrics.length);
      expect(specs.length, where).toBeGreaterThan(0);
      const has = new Set([
        "le",
        "instance",
        "job",
        ...specs.flatMap(({ labels }) => labels.map((label) => prometheusLabel(label, "latest"))),
      ]);
      const named = [
        ...[...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(", ")),
        ...[...expr.matchAll(/([a-z_]+)=~?"/g)].map(([, label = ""]) => label),
        ...[...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label),
      ];
      for (const label of named) expect(has, `${where}: ${label}`).toContain(label);
    }
  });

  test.runIf(HAS_PROMTOOL)("have only expressions that Prometheus can read (needs Debian's package prometheus)", () => {
    const folder = mkdtempSync(join(tmpdir(), "rollward-promql-"));
    const rules = EXPRESSIONS.map(({ expr }, index) => ({ record: `x:${index}`, expr }));
    writeFileSync(join(folder, "rules.yml"), JSON.stringify({ groups: [{ name: "x", rules }] }));
    const answer = promtool(["check", "rules", join(folder, "rules.yml")]);
    rmSync(folder, { recursive: true, force: true });
    expect(answer.said).toContain(`SUCCESS: ${EXPRESSIONS.length} rules found`);
  });
});

describe("Prometheus' rules", () => {
  test("each have a case in which they fire and one in which they are silent", () => {
    for (const rule of Object.values(ALERT_GROUPS).flat()) {
      expect(
        rule.cases.some(({ fires }) => fires !== null),
        rule.alert,
      ).toBe(true);
      expect(
        rule.cases.some(({ fires }) => fires === null),
        rule.alert,
      ).toBe(true);
    }
  });

  test.runIf(HAS_PROMTOOL)(
    "are taken by promtool, and their unit tests pass (needs Debian's package prometheus)",
    () => {
      expect(promtool(["check", "rules", join(FOLDER, "rollward.rules.yml")])).toMatchObject({ isContent: true });
      expect(promtool(["test", "rules", join(FOLDER, "rollward.rules.test.yml")])).toMatchObject({ isContent: true });
      expect(promtool(["check", "config", "--syntax-only", join(FOLDER, "prometheus.yml")])).toMatchObject({
        isContent: true,
      });
    },
  );

  test.runIf(HAS_PROMTOOL)("fail their unit tests when they do not fire (needs Debian's package prometheus)", () => {
    const folder = mkdtempSync(join(tmpdir(), "rollward-rules-"));
    const rules = readFileSync(join(FOLDER, "rollward.rules.yml"), "utf8").replace("> 0.9", "> 9");
    writeFileSync(join(folder, "rollward.rules.yml"), rules);
    writeFileSync(join(folder, "tests.yml"), readFileSync(join(FOLDER, "rollward.rules.test.yml")));
    const answer = promtool(["test", "rules", join(folder, "tests.yml")]);
    rmSync(folder, { recursive: true, force: true });
    expect(answer.isContent).toBe(false);
    expect(answer.said).toContain("RollwardBudgetNearlySpent");
  });
});
