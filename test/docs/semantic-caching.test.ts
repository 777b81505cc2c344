import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import { DEFAULT_SEMANTIC_POLICY } from "../../src/domain/cache/semantic-policy.ts";
import { semanticSchema } from "../../src/config/schema/semantic-schema.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const DOCS = read("docs/semantic-caching.md");

const PROVIDERS = `providers:
  openai:
    kind: openai
    key_env: OPENAI_API_KEY
    models:
      gpt-x-2026-05-01: { price: { input: 1, output: 2 } }
`;

test("the example of docs/semantic-caching.md loads and means what it says", () => {
  const [, example = ""] = /```yaml\n([^`]*)```/.exec(DOCS) ?? [];
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", PROVIDERS + example]]) });
  expect(loaded.ok ? "" : formatMistakes(loaded.mistakes)).toBe("");
  const content = loaded.ok ? loaded.project.endpoints.get("faq")?.content : undefined;
  const judge = { provider: "openai", model: "gpt-x-2026-05-01" };
  expect(content?.policies.cache?.semantic).toEqual({ ...DEFAULT_SEMANTIC_POLICY, judge });
});

test("docs/semantic-caching.md has a row for every key", () => {
  const [, table = ""] = /\| key \| default \|([^]*?)\n\n/.exec(DOCS) ?? [];
  const named = [...table.matchAll(/^\| `([a-z_]+)`/gm)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(Object.keys(semanticSchema.shape)));
});

test("docs/semantic-caching.md names every outcome of a search", () => {
  const [, bars = ""] = /type SemanticBar =([^]*?);\n\n/.exec(read("src/domain/cache/semantic-fact.ts")) ?? [];
  const [, others = ""] = /type SemanticOutcome =([^]*?);\n\n/.exec(read("src/domain/cache/semantic-fact.ts")) ?? [];
  const outcomes = [...`${bars}${others}`.matchAll(/\| "([a-z-]+)"/g)].map(([, name]) => name);
  const [, table = ""] = /\| `outcome` \|([^]*?)\n\n/.exec(DOCS) ?? [];
  const told = [...table.matchAll(/^\| ([^|]*) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([a-z-]+)`/g)].map(([, name]) => name),
  );
  expect(new Set(told)).toEqual(new Set(outcomes));
});
