import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import type { Project } from "../../src/config/project.ts";

/** A block of a page, in a project that has what it refers to. */
function exampleOf(page: string, number = 0): Project {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  const block = text.split("```yaml\n")[number + 1]?.split("```")[0] ?? "";
  const main = `providers:
  openai:
    kind: openai-compatible
    base_url: https://api.openai.com/v1
    key_env: OPENAI_API_KEY
    models: { gpt-x-2026-05-01: { price: { input: 1, output: 2 } } }
endpoints:
  support-bot: { models: [openai/gpt-x-2026-05-01] }
${block}`;
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", main]]) });
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  return loaded.project;
}

test("the example of docs/limits.md loads and means what it says", () => {
  const { meters } = exampleOf("limits.md");
  expect(meters?.limits).toEqual([
    {
      name: "everybody",
      per: "environment",
      only: {},
      requests: { amount: 6_000, windowMs: 60_000, burst: 60 },
      tokens: { amount: 2_000_000, windowMs: 60_000, burst: 20_000 },
      concurrent: null,
    },
    {
      name: "customer",
      per: "tenant",
      only: {},
      requests: { amount: 600, windowMs: 60_000, burst: 20 },
      tokens: null,
      concurrent: 50,
    },
    {
      name: "person",
      per: "user",
      only: { endpoints: ["support-bot"] },
      requests: { amount: 20, windowMs: 60_000, burst: 5 },
      tokens: null,
      concurrent: null,
    },
  ]);
});

test("the example of docs/budgets.md loads and means what it says", () => {
  const { meters } = exampleOf("budgets.md");
  expect(meters?.budgets.map(({ name, per, window, limitPico }) => [name, per, window, limitPico])).toEqual([
    ["company", "environment", "month", 5_000n * 10n ** 12n],
    ["customer", "tenant", "day", 50n * 10n ** 12n],
    ["person", "user", "hour", 5n * 10n ** 11n],
  ]);
  expect(meters?.budgets[2]).toMatchObject({ whenUnreachable: "allow", only: { endpoints: ["support-bot"] } });
});

test("the rules of docs/operate/emergency-stop.md load and mean what they say", () => {
  const { pauses } = exampleOf("operate/emergency-stop.md");
  expect(
    pauses.map(({ name, per, condition, mode, liftAfterMs, cooldownMs }) => [
      name,
      per,
      condition.type,
      mode,
      liftAfterMs,
      cooldownMs,
    ]),
  ).toEqual([
    ["runaway", "tenant", "hour-above", "pause", null, 3_600_000],
    ["spike", "endpoint", "hour-times-usual", "observe", null, 3_600_000],
    ["broken", "endpoint", "errors-above", "pause", 900_000, 7_200_000],
  ]);
});

test("the queue of docs/limits.md loads and means what it says", () => {
  expect(exampleOf("limits.md", 1).meters?.queue).toEqual({
    calls: 500,
    longestWaitMs: 20_000,
    classes: [{ endpoints: ["support-bot"] }, { tenants: ["acme"] }],
  });
});
