import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import { leftOutOf } from "../../src/domain/cache/cache-key.ts";

const DOCS = readFileSync(new URL("../../docs/caching.md", import.meta.url), "utf8");

const PROVIDERS = `providers:
  openai:
    kind: openai
    key_env: OPENAI_API_KEY
    models:
      gpt-x-2026-05-01: { price: { input: 1, output: 2 } }
`;

test("the example of docs/caching.md loads and means what it says", () => {
  const [, example = ""] = /```yaml\n([^`]*)```/.exec(DOCS) ?? [];
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", PROVIDERS + example]]) });
  expect(loaded.ok ? "" : formatMistakes(loaded.mistakes)).toBe("");
  const content = loaded.ok ? loaded.project.endpoints.get("faq")?.content : undefined;
  expect(content?.policies.cache).toEqual({
    ttlMs: 3_600_000,
    staleForMs: 86_400_000,
    maxEntryBytes: 262_144,
    scope: "key",
    tools: false,
    sampled: false,
    waitMs: 30_000,
  });
});

test("docs/caching.md names every member that does not count", () => {
  const [, told = ""] = /These do not count([^]*?)\n\n/.exec(DOCS) ?? [];
  const named = new Set([...told.matchAll(/`([a-z_]+)`/g)].map(([, name]) => name));
  const leftOut = ["openai-chat", "openai-responses", "anthropic-messages"].flatMap(leftOutOf);
  expect(named).toEqual(new Set(leftOut));
});
