import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import type { Project } from "../../src/config/project.ts";
import { GATES } from "../../src/domain/rollout/gates/index.ts";
import { runCli } from "../../src/cli/run-cli.ts";

const DOCS = readFileSync(new URL("../../docs/gates.md", import.meta.url), "utf8");

const blocks = [...DOCS.matchAll(/```yaml\n([^`]*)```/g)].map(([, yaml = ""]) => yaml);

function projectIn(yaml: string): Project {
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", yaml]]) });
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  return loaded.project;
}

describe("what docs/gates.md shows", () => {
  test.each(blocks)("loads: %#", (yaml) => {
    expect(projectIn(yaml).endpoints.size).toBeGreaterThan(0);
  });

  test("has a gate of every kind", () => {
    const gates = projectIn(blocks[0] ?? "").endpoints.get("support-bot")?.plan.gates ?? [];
    expect(new Set(gates.map(({ kind }) => kind))).toEqual(new Set(Object.keys(GATES)));
  });

  test("says what triggers, people and changes become", () => {
    const plans = blocks.map((yaml) => projectIn(yaml).endpoints.get("support-bot")?.plan);
    expect(plans.find((plan) => plan?.triggers !== undefined)?.triggers).toMatchObject([
      { measure: "errors", action: "rollback" },
      { measure: "latency", above: { type: "times", times: 2 } },
      { measure: "cost", above: { type: "value", value: 5e10 } },
    ]);
    expect(plans.find((plan) => plan?.notify !== undefined)?.notify).toMatchObject([
      { webhook: { secretEnv: "HOOK_SECRET" } },
      { webhook: null },
    ]);
  });

  test("names commands that there are", async () => {
    const shown = [...DOCS.matchAll(/^rollward ([a-z]+)(?: ([a-z]+))?/gm)];
    expect(shown.length).toBeGreaterThan(8);
    for (const [, first = ""] of shown) {
      let text = "";
      expect(await runCli([first, "--help"], {}, (said) => (text += said))).toBe(0);
      expect(text).toContain(`rollward ${first}`);
    }
  });
});
