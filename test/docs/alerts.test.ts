import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import type { Project } from "../../src/config/project.ts";
import { CONDITION_KEYS } from "../../src/config/schema/alerts-schema.ts";
import { DEFAULT_RULES } from "../../src/domain/alerts/default-rules.ts";
import { burnFactor, DEFAULT_WINDOWS, SLO_PERIOD_MS } from "../../src/domain/slo/slo.ts";

const pageOf = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8");

const PROJECT = `providers:
  openai:
    kind: openai-compatible
    base_url: https://api.openai.com/v1
    key_env: OPENAI_API_KEY
    models: { gpt-x-2026-05-01: { price: { input: 1, output: 2 } } }
endpoints:
  support-bot: { models: [openai/gpt-x-2026-05-01] }
`;

function load(text: string, file = ""): Project {
  const files = new Map([
    ["rollward.yaml", `${PROJECT}${text}`],
    ["slos/support.yaml", file],
  ]);
  const loaded = loadProject({ main: "rollward.yaml", files });
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  return loaded.project;
}

const blocksOf = (page: string, fence = "```yaml\n"): readonly string[] =>
  pageOf(page)
    .split(fence)
    .slice(1)
    .map((block) => block.split("```")[0] ?? "");

test("the example of docs/alerts.md loads and means what it says", () => {
  const { alerts } = load(blocksOf("alerts.md")[0] ?? "");
  expect([...alerts.notifiers.keys()]).toEqual(["pager", "chat", "mail"]);
  expect(alerts.notifiers.get("mail")).toMatchObject({ port: 587, security: "starttls" });
  expect(alerts.routing).toEqual({
    notify: { critical: ["pager", "chat"], warning: ["chat"], info: [] },
    escalation: { afterMs: 900_000, to: ["mail"] },
    groupWaitMs: 10_000,
  });
  const written = alerts.rules.filter(({ isDefault }) => !isDefault);
  expect(written.map(({ name, signal, noData }) => [name, signal.name, noData])).toEqual([
    ["slow-answers", "latency", "ok"],
    ["worse-answers", "quality", "alert"],
    ["dear-hour", "cost-per-minute", "ok"],
  ]);
});

test("docs/alerts.md names every condition and every default rule with its severity, and no other", () => {
  const page = pageOf("alerts.md");
  for (const key of CONDITION_KEYS) expect(page).toContain(`\`${key}\``);
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (critical|warning|info) \|/gm)].map(([, name, severity]) => [
    name,
    severity,
  ]);
  expect(rows).toEqual(DEFAULT_RULES.map(({ name, severity }) => [name, severity]));
});

test("the examples of docs/slos.md load", () => {
  const [first = "", second = ""] = blocksOf("slos.md");
  expect(load(first).alerts.slos.map(({ name, indicator }) => [name, indicator.type])).toEqual([
    ["support-bot-answers", "availability"],
    ["support-bot-fast", "first-token"],
    ["support-bot-good", "quality"],
    ["support-bot-money", "spend"],
  ]);
  expect(load(second).alerts.slos[0]?.windows).toHaveLength(2);
  const openSlo = pageOf("slos.md").split("```\napiVersion")[1]?.split("```")[0] ?? "";
  const { slos } = load("slo_files: [slos/support.yaml]\n", `apiVersion${openSlo}`).alerts;
  expect(slos).toMatchObject([{ name: "support-bot-fast", endpoint: "support-bot", objective: 0.99 }]);
});

test("docs/slos.md has the factors that are used", () => {
  const page = pageOf("slos.md");
  for (const window of DEFAULT_WINDOWS) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${window.name.replace("-", "_")}\``));
    expect(row).toContain(`| ${Number(burnFactor(window, SLO_PERIOD_MS).toFixed(6))} |`);
    expect(row).toContain(`${Math.round(window.budgetShare * 100)} %`);
  }
});
