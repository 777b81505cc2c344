import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import { CHECK_KEYS } from "../../src/config/schema/checks-schema.ts";
import { CHECK_OF, DEFAULT_ACTIONS } from "../../src/domain/answer/checks-policy.ts";

const DOCS = readFileSync(new URL("../../docs/answers.md", import.meta.url), "utf8");
const [, YAML = ""] = /```yaml\n([\s\S]*?)```/.exec(DOCS) ?? [];

const load = (text: string): ReturnType<typeof loadProject> =>
  loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) });

const complaints = (text: string): string => {
  const loaded = load(text);
  return loaded.ok ? "" : formatMistakes(loaded.mistakes);
};

test("the example of docs/answers.md loads and means what it says", () => {
  const loaded = load(YAML);
  expect(complaints(YAML)).toBe("");
  const [endpoint] = loaded.ok ? [...loaded.project.endpoints.values()] : [];
  expect(endpoint?.content.policies.checks).toEqual({
    actions: {
      refusal: "record",
      "refusal-text": "off",
      empty: "record",
      truncated: "fail",
      json: "repair",
      tools: "repair",
    },
    unrepaired: "deliver",
  });
  expect(endpoint?.plan.metrics.map(({ metric, harmRatio, required }) => [metric, harmRatio, required])).toEqual([
    ["errors", 1.25, true],
    ["refusals", 1.25, false],
    ["invalid-output", 1.25, true],
    ["abandoned", 1.25, false],
    ["latency", 1.1, true],
    ["latency-tail", 1.25, false],
    ["cost", 1.1, true],
    ["cost-tail", 1.25, false],
  ]);
});

test("docs/answers.md lists every check with its findings and what it does without a word", () => {
  for (const [key, name] of Object.entries(CHECK_KEYS)) {
    const row = DOCS.split("\n").find((line) => line.startsWith(`| \`${key}\` |`)) ?? "";
    expect(row).toContain(`| \`${DEFAULT_ACTIONS[name]}\` |`);
    for (const [kind, check] of Object.entries(CHECK_OF)) if (check === name) expect(row).toContain(`\`${kind}\``);
  }
});

test("an endpoint that says nothing of its answers has the content it had before there was anything to say", () => {
  const loaded = load(YAML.replace(/ {4}checks:[\s\S]*/, ""));
  const [endpoint] = loaded.ok ? [...loaded.project.endpoints.values()] : [];
  expect(Object.keys(endpoint?.content.policies ?? {})).not.toContain("checks");
});

test("a metric that nothing is looked for is a mistake", () => {
  const blind = YAML.replace("refusal: record", "refusal: off");
  expect(complaints(blind)).toContain("nothing is looked for that this metric counts: refusal, refusal_text are off");
});

test("the beginning of what is held whole cannot be held back", () => {
  const both = YAML.replace("    checks:", "    hold_back: { characters: 100 }\n    checks:");
  expect(complaints(both)).toContain("`checks.json` holds every answer until it is complete");
});
