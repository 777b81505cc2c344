import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";

const DOCS = readFileSync(new URL("../../docs/shadow.md", import.meta.url), "utf8");

describe("what docs/shadow.md shows", () => {
  test("loads, and means what it says", () => {
    const [, yaml = ""] = /```yaml\n([^`]*)```/.exec(DOCS) ?? [];
    const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", yaml]]) });
    if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
    expect(loaded.project.endpoints.get("support-bot")?.plan.shadow).toMatchObject({
      sample: 0.1,
      minPairs: 200,
      budgetPico: 5_000_000_000_000,
      tools: "stub",
    });
  });

  test("names a judge of pairs as it means it", () => {
    const [, yaml = ""] = [...DOCS.matchAll(/```yaml\n([^`]*)```/g)][1] ?? [];
    const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", yaml]]) });
    if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
    const metrics = loaded.project.endpoints.get("support-bot")?.plan.metrics ?? [];
    expect(metrics.find(({ metric }) => metric === "judge")?.judge).toEqual({
      score: "helpful",
      digest: "judge-7f3a@prompt-4",
      sample: 0.5,
      pairs: {
        place: {
          kind: "http",
          url: "https://judge.example.com/pairs",
          secretEnv: "JUDGE_SECRET",
          allowPrivate: false,
        },
        timeoutMs: 30_000,
        atOnce: 2,
        questionPico: 2_000_000_000,
        budgetPico: 2_000_000_000_000,
        required: true,
      },
    });
  });
});
