import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import { complexityOf } from "../../src/domain/routing/complexity.ts";

const DOCS = readFileSync(new URL("../../docs/routing.md", import.meta.url), "utf8");

describe("what docs/routing.md shows", () => {
  test("loads, and means what it says", () => {
    const [, yaml = ""] = /```yaml\n([^`]*)```/.exec(DOCS) ?? [];
    const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", yaml]]) });
    if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
    expect(loaded.project.endpoints.get("support-bot")?.content.policies.routing).toEqual({
      routes: [
        { name: "cheap", target: { provider: "openai", model: "gpt-small-2026-05-01" } },
        { name: "strong", target: { provider: "openai", model: "gpt-large-2026-05-01" } },
      ],
      strategy: {
        type: "cascade",
        verifiers: { checks: true, logprobs: { mean: -1, least: null }, judge: null },
      },
      sticky: true,
      explore: 0.05,
    });
  });

  test("names every part of the score", () => {
    const question = `Why? Prove it step by step.\n- 1?\n- 2?\n\`\`\`\nclass A {\n\`\`\``;
    const features = { characters: 9_000, question, tools: 2, images: 1, turns: 3 } as const;
    const { parts } = complexityOf({ ...features, format: "json", keyId: "key_1", tenant: null, labels: {} });
    const words = ["length", "code", "numbers", "questions", "reasoning", "tools", "JSON", "turns", "images"];
    expect(parts).toHaveLength(words.length);
    for (const word of words) expect(DOCS).toMatch(new RegExp(`^\\| [^|]*${word}`, "m"));
  });
});
