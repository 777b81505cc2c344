import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { formatMistakes } from "../../src/config/explain.ts";
import { loadProject } from "../../src/config/load.ts";
import { planHarm } from "../../src/domain/evidence/planner.ts";
import { DEFAULT_PLAN } from "../../src/domain/rollout/open-rollout.ts";
import { stageLevels } from "../../src/domain/rollout/stage-levels.ts";
import { bakeShares } from "../../src/domain/rollout/bake-weight.ts";
import { checkReach } from "../../src/domain/rollout/check-reach.ts";
import type { RolloutPlan } from "../../src/domain/rollout/plan.ts";
import { STRATEGIES } from "../../src/domain/rollout/strategies/index.ts";

const DOCS = readFileSync(new URL("../../docs/strategies.md", import.meta.url), "utf8");

/** The plan that a block of the page means. */
function planOf(block: string): RolloutPlan {
  const rollout = block.replaceAll(/^/gm, "    ").trimEnd();
  const main = `providers:
  openai:
    kind: openai
    key_env: OPENAI_API_KEY
    models: { gpt-x-2026-05-01: { price: { input: 1, output: 2 } } }
endpoints:
  support-bot:
    models: [openai/gpt-x-2026-05-01]
${rollout}
`;
  const loaded = loadProject({ main: "rollward.yaml", files: new Map([["rollward.yaml", main]]) });
  if (!loaded.ok) throw new Error(formatMistakes(loaded.mistakes));
  const plan = loaded.project.endpoints.get("support-bot")?.plan;
  if (plan === undefined) throw new Error("The example has no plan.");
  return plan;
}

const blocks = [...DOCS.matchAll(/```yaml\n([^`]*)```/g)].map(([, block = ""]) => block);

describe("what docs/strategies.md shows", () => {
  test("loads, is of the strategy that it stands under, and can come to its end", () => {
    const shown = new Set<string>();
    for (const block of blocks) {
      const plan = planOf(block);
      shown.add(plan.strategy);
      expect(checkReach(plan, null).errors, block).toEqual([]);
      const named = /strategy: (\w+)/.exec(block)?.[1] ?? "canary";
      expect(plan.strategy).toBe(named);
    }
    expect([...shown].toSorted()).toEqual(Object.keys(STRATEGIES).toSorted());
  });

  test("says of the A/B test what the plan freezes", () => {
    const plan = planOf(blocks.find((block) => block.includes("strategy: ab")) ?? "");
    const [outlook = ""] = checkReach(plan, { sessionsPerDay: 20_000, source: "expected" }).outlook;
    const sentence = `The rollout ${outlook}.`;
    expect(DOCS.replaceAll(/\s+/g, " ")).toContain(sentence);
  });

  test("says how many sessions a bake takes to prove harm", () => {
    const rows = [...DOCS.matchAll(/^\| (\d+)% \| ([\d,]+) \| ([\d,]+) \|$/gm)];
    expect(rows).toHaveLength(4);
    for (const [, holdback = "", ...shown] of rows) {
      for (const [index, candidateRate] of [0.03, 0.1].entries()) {
        const shares = bakeShares({ holdback: Number(holdback) / 100 });
        const { weight = 0, held = 0, watched = 0 } = shares ?? {};
        const { total } = planHarm({
          stableRate: 0.01,
          candidateRate,
          weight,
          level: stageLevels(DEFAULT_PLAN).bake,
          margin: 1.25,
        });
        const sessions = total / (held + watched);
        expect(Number(shown[index]?.replace(",", ""))).toBe(Number(sessions.toPrecision(3)));
      }
    }
  });

  test("says what each plan is by default", () => {
    expect(planOf("rollout: {}")).toMatchObject({ holdback: 0.02, bakeMs: 1_800_000, drainMs: 600_000, warmMs: 0 });
    expect(planOf("rollout: { strategy: blue_green }")).toMatchObject({ warmMs: 86_400_000 });
    expect(planOf("rollout: { drain: 0s }")).toMatchObject({ bakeMs: 0 });
    for (const strategy of Object.keys(STRATEGIES)) expect(DOCS).toContain(`\n## ${strategy}\n`);
  });
});
