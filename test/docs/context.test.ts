import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";

const DOCS = readFileSync(new URL("../../docs/context.md", import.meta.url), "utf8");
const [, YAML = ""] = /```yaml\n([\s\S]*?)```/.exec(DOCS) ?? [];

const load = (text: string): ReturnType<typeof loadProject> =>
  loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", text]]) });

const complaints = (text: string): string => {
  const loaded = load(text);
  return loaded.ok ? "" : formatMistakes(loaded.mistakes);
};

test("the example of docs/context.md loads and means what it says", () => {
  expect(complaints(YAML)).toBe("");
  const loaded = load(YAML);
  const policies = loaded.ok
    ? [...loaded.project.endpoints.values()].map(({ content }) => content.policies.context)
    : [];
  const mini = { provider: "openai", model: "gpt-5.4-mini-2026-03-17" };
  expect(policies).toEqual([
    {
      overflow: "summarise",
      tokenizer: "o200k_base",
      windowTokens: 400_000,
      reserveTokens: 2_000,
      keepFirst: 1,
      summariser: mini,
      larger: [],
    },
    {
      overflow: "larger-model",
      tokenizer: "o200k_base",
      windowTokens: 400_000,
      reserveTokens: 1_024,
      keepFirst: 0,
      summariser: null,
      larger: [{ target: { provider: "openai", model: "gpt-5.4-2026-03-05" }, windowTokens: 1_050_000 }],
    },
  ]);
});

test.each([
  ["      summariser: openai/gpt-5.4-mini-2026-03-17\n", "", "needs `summariser`"],
  ["overflow: summarise", "overflow: truncate", "only `overflow: summarise` uses it"],
  ["      larger: [{ model: openai/gpt-5.4-2026-03-05, window: 1050000 }]\n", "", "needs `larger`"],
  ["summariser: openai/gpt-5.4-mini-2026-03-17", "summariser: openai/gpt-5.4-maxi", "is not declared"],
  ["{ model: openai/gpt-5.4-2026-03-05,", "{ model: opennai/gpt-5.4-2026-03-05,", "there is no provider"],
] as const)("a mistake is told with its place: %s", (before, after, message) => {
  const told = complaints(YAML.replace(before, after));
  expect(told).toContain(message);
  expect(told).toMatch(/rollward\.yaml:\d+:\d+/);
});

test("a window that neither the endpoint nor the catalogue knows is a mistake", () => {
  const unknown = YAML.replaceAll("gpt-5.4-mini-2026-03-17", "house-model-1").replace("      window: 400000\n", "");
  expect(complaints(unknown)).toContain("does not know the context window of");
});

test("an endpoint that says nothing of context has the content it had before there was anything to say", () => {
  const loaded = load(YAML.replaceAll(/ {4}context:\n(?: {6}.*\n)+/g, ""));
  const [endpoint] = loaded.ok ? [...loaded.project.endpoints.values()] : [];
  expect(endpoint?.content.policies).toBeDefined();
  expect(Object.keys(endpoint?.content.policies ?? {})).not.toContain("context");
});
