import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import { METRIC_KEYS } from "../../src/config/schema/metrics-schema.ts";
import { sessionsNeeded } from "../../src/domain/evidence/sessions-needed.ts";
import type { MetricPlan } from "../../src/domain/rollout/plan.ts";

const DOCS = readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");
const [, YAML = ""] = /```yaml\n([\s\S]*?)```/.exec(DOCS) ?? [];

const load = (text: string) => loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) });

function plansOf(metrics: string): readonly MetricPlan[] {
  const loaded = load(YAML.replace(/ {6}metrics:[\s\S]*? {6}window/, `      metrics: ${metrics}\n      window`));
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  return [...loaded.project.endpoints.values()][0]?.plan.metrics ?? [];
}

test("the example of docs/metrics.md loads and means what it says", () => {
  const loaded = load(YAML);
  expect(loaded.ok ? "" : formatMistakes(loaded.mistakes)).toBe("");
  const [endpoint] = loaded.ok ? [...loaded.project.endpoints.values()] : [];
  expect(endpoint?.plan.metrics.map(({ metric, required }) => [metric, required])).toEqual([
    ["errors", true],
    ["refusals", false],
    ["invalid-output", false],
    ["tool-failures", false],
    ["abandoned", false],
    ["latency", true],
    ["latency-tail", false],
    ["tokens-per-second", false],
    ["cost", true],
    ["cost-tail", false],
    ["thumbs", true],
    ["judge", false],
    ["business:conversion", true],
    ["business:basket_value", false],
  ]);
});

/** The rows of the table under a heading, as cells. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [, part = ""] = DOCS.split(`\n## ${heading}\n`);
  return part
    .split("\n## ")[0]!
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

test("docs/metrics.md has every metric with the margins that it has", () => {
  const rows = rowsBelow("The metrics");
  const names = rows.map(([name = ""]) => /^`([a-z_]+)`/.exec(name)?.[1]);
  expect(new Set(names)).toEqual(new Set([...Object.keys(METRIC_KEYS), "business"]));
  for (const [name = "", , , harm, noWorse] of rows) {
    const key = /^`([a-z_]+)`/.exec(name)?.[1] ?? "";
    if (key === "judge" || key === "business") continue;
    const [plan] = plansOf(`{ ${key}: { required: true } }`).filter(
      ({ metric }) => metric === METRIC_KEYS[key as keyof typeof METRIC_KEYS],
    );
    const points = plan?.noWorseOrPoints === undefined ? "" : ` or ${100 * plan.noWorseOrPoints} of 100`;
    expect([harm, noWorse]).toEqual([`${plan?.harmRatio} ×`, `${plan?.noWorseRatio} ×${points}`]);
  }
});

const UNGUARDED = "abandoned: false, refusals: false, invalid_output: false";
const ALONE = `latency: false, cost: false, ${UNGUARDED}`;
const OTHERS = `errors: false, ${ALONE}`;

/** Where nothing happens the e-value is no matter of chance, so this row counts in what the other bets cost. */
const SPOTLESS = "the same where none ever happens";

/** A row of the table of sessions, by its first cell, and a plan that has that metric alone. */
const PLANS: Readonly<Record<string, string>> = {
  "errors, refusals, invalid_output": `{ refusals: { required: true }, invalid_output: false, abandoned: false, errors: false, latency: false, cost: false }`,
  [SPOTLESS]: `{ errors: true, ${ALONE} }`,
  "errors with `no_worse: 2`, problems": `{ errors: { no_worse: 2 }, ${ALONE} }`,
  "errors with `no_worse_points: 1%`": `{ errors: { no_worse_points: 1% }, ${ALONE} }`,
  "tool_failures, abandoned": `{ tool_failures: { required: true }, ${OTHERS} }`,
  thumbs: `{ thumbs: { required: true }, ${OTHERS} }`,
  "latency_tail, cost_tail": `{ latency_tail: { required: true }, ${OTHERS} }`,
  "business, `event: bad`": `{ business: { x: { event: bad, required: true } }, ${OTHERS} }`,
  "business, `event: good`": `{ business: { x: { event: good, required: true } }, ${OTHERS} }`,
  "latency, first_token, tokens_per_second": `{ tokens_per_second: { required: true }, ${OTHERS} }`,
  cost: `{ errors: false, latency: false, cost_tail: false, ${UNGUARDED} }`,
  "cost with `cap_usd` at the 99th percentile": `{ errors: false, latency: false, cost: { cap_usd: 1 }, cost_tail: false, ${UNGUARDED} }`,
  "judge, business with `range`": `{ judge: { score: s, digest: d, required: true }, ${OTHERS} }`,
};

test("docs/metrics.md names the sessions that the planner computes", () => {
  const rows = rowsBelow("How many sessions");
  expect(rows.map(([name]) => name)).toEqual(Object.keys(PLANS));
  for (const [name = "", , ...figures] of rows) {
    const [metric, ...others] = plansOf(PLANS[name] ?? "");
    if (metric === undefined || others.length > 0) throw new Error(`${name} is not one metric alone.`);
    const terms = { metric, level: 0.05 };
    const none = { kind: "events", stable: 0, candidate: 0 } as const;
    const needed = (kind: "harm" | "no-worse", weight: number): string => {
      if (name === SPOTLESS && kind === "harm") return "–";
      const sessions =
        name === SPOTLESS
          ? sessionsNeeded({ ...terms, test: kind, weight, outlook: none }).totalWithMixtureCost
          : sessionsNeeded({ ...terms, test: kind, weight }).total;
      return Math.round(sessions).toLocaleString("en-US");
    };
    expect(figures).toEqual([
      ...[0.05, 0.25, 0.5].map((weight) => needed("no-worse", weight)),
      ...[0.05, 0.25].map((weight) => needed("harm", weight)),
    ]);
  }
});
