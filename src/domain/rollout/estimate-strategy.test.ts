import { expect, it } from "vitest";
import { PLAN, looked, openedRollout, rampingAt, readingOf } from "../../../test/fixtures/rollout-samples.ts";
import { estimateRollout } from "./estimate-strategy.ts";
import type { RolloutPlan, Step } from "./plan.ts";
import type { Rollout } from "./rollout.ts";

const rung = (weight: number, more: Partial<Step> = {}): Step => ({
  weight,
  minDurationMs: 60_000,
  minSessions: 0,
  approval: false,
  ...more,
});

const estimate = (rollout: Rollout, sessions = 0) =>
  estimateRollout(rollout, {
    reading: readingOf({ plan: rollout.plan }),
    progress: { stepObservedMs: 20_000, stepSessions: 0, sessionsPerSecond: 2 },
    ab: { sessions },
  });

const unknown = (rollout: Rollout): string => {
  const told = estimate(rollout);
  return "unknown" in told ? told.unknown : JSON.stringify(told);
};

it("counts the sessions that an A/B test still takes to its planned end", () => {
  const ab = {
    goal: "errors",
    winner: "ask",
    baseline: 0.1,
    effect: 0.2,
    power: 0.8,
    sessions: 1_000,
    days: 0,
  } as const;
  const test: RolloutPlan = { ...PLAN, strategy: "ab", steps: [rung(0.5)], ab };
  expect(estimate(rampingAt(0, test), 400)).toMatchObject({ sessions: 600, ms: 300_000, until: "verdict" });
});

it("says what a preview waits for: its time, a person, or its gates", () => {
  const preview = (first: Step): Rollout => rampingAt(0, { ...PLAN, strategy: "blue_green", steps: [first, rung(1)] });
  expect(estimate(preview(rung(0)))).toMatchObject({ ms: 40_000, until: "next_step" });
  expect(unknown(preview(rung(0, { approval: true })))).toContain("a person decides");
  expect(unknown(preview(rung(0, { minDurationMs: 0 })))).toContain("when its gates are clear");
});

it("gives no time for a flag that stays, and the bounds of a stage of copies", () => {
  const flag: RolloutPlan = { ...PLAN, strategy: "flag", steps: [rung(0.1), rung(0.5)] };
  expect(unknown(rampingAt(1, flag))).toContain("stays until a person");
  const shadow = {
    sample: 0.1,
    minDurationMs: 60_000,
    minPairs: 1,
    deadlineMs: 3_620_000,
    budgetPico: null,
    tools: "stub",
  } as const;
  const shadowing = looked(openedRollout({ ...PLAN, shadow }));
  expect(unknown(shadowing)).toBe("The stage of copies takes another 40 s at least and 60 min at most.");
});

it("is that of the ladder for a canary", () => {
  expect(estimate(rampingAt(0))).toMatchObject({ until: "promotion" });
});
