import { describe, expect, test } from "vitest";
import { commanded, looked, PLAN, rampingAt, readingOf } from "../../../../test/fixtures/rollout-samples.ts";
import type { SessionOutcome } from "../../evidence/evidence.ts";
import { explainRollout } from "../explain.ts";
import { RecentOutcomes } from "../recent-outcomes.ts";
import type { TriggerPlan } from "../trigger-plan.ts";

const ERRORS: TriggerPlan = {
  measure: "errors",
  above: { type: "value", value: 0.05 },
  withinMs: 600_000,
  leastSessions: 10,
  action: "rollback",
};

const plan = (mode: "observe" | "hold" | "enforce", trigger: TriggerPlan = ERRORS) => ({
  ...PLAN,
  mode,
  triggers: [trigger],
});
const FIRING = { trigger: 0, value: 0.08, limit: 0.05, sessions: 50 };

describe("a classic trigger", () => {
  test("rolls back where it says so, and is told with its numbers", () => {
    const back = looked(rampingAt(1, plan("enforce")), { firing: FIRING });
    expect(back).toMatchObject({ phase: "rolling_back", outcome: "trigger", weight: 0, harm: null });
    expect(explainRollout(back)).toBe(
      "Rolling back: the trigger errors above 5 % over 10 min fired: 8 % against 5 % over 50 sessions of the candidate.",
    );
  });

  test("holds otherwise, once, until a person goes on", () => {
    const held = looked(rampingAt(1, plan("enforce", { ...ERRORS, action: "hold" })), { firing: FIRING });
    expect(held).toMatchObject({ phase: "ramping", holds: ["trigger"], weight: 0.05 });
    const resumed = commanded(held, { type: "resume" });
    expect(looked(resumed, { firing: FIRING }).holds).toEqual([]);
  });

  test("goes no further than the mode of the plan", () => {
    expect(looked(rampingAt(1, plan("hold")), { firing: FIRING })).toMatchObject({ holds: ["trigger"], weight: 0.05 });
    expect(looked(rampingAt(1, plan("observe")), { firing: FIRING })).toMatchObject({ holds: [], trigger: FIRING });
  });

  test("that rolls back does so also after one that holds has fired, and after a person went on", () => {
    const both = { ...plan("enforce"), triggers: [{ ...ERRORS, action: "hold" as const }, ERRORS] };
    const held = looked(rampingAt(1, both), { firing: FIRING });
    expect(held).toMatchObject({ holds: ["trigger"], trigger: { trigger: 0 } });
    const worse = { trigger: 1, value: 0.3, limit: 0.2, sessions: 80 };
    for (const rollout of [held, commanded(held, { type: "resume" })]) {
      const back = looked(rollout, { firing: worse });
      expect(back).toMatchObject({ phase: "rolling_back", outcome: "trigger", trigger: worse });
      expect(explainRollout(back)).toContain("30 % against 20 % over 80 sessions");
    }
  });

  test("never keeps the evidence from rolling back", () => {
    const held = looked(rampingAt(1, plan("enforce", { ...ERRORS, action: "hold" })), { firing: FIRING });
    const harmful = looked(held, { firing: FIRING, reading: readingOf({ harm: "latency" }) });
    expect(harmful).toMatchObject({ phase: "rolling_back", outcome: "harm", harm: { metric: "latency" } });
  });
});

const outcome = (arm: SessionOutcome["arm"], overrides: Partial<SessionOutcome> = {}): SessionOutcome => ({
  arm,
  epoch: 1,
  weight: 0.05,
  failure: null,
  latencyMs: 1_000,
  firstTokenMs: null,
  costPico: 1_000,
  ...overrides,
});

describe("what a window shows", () => {
  const fill = (count: number, one: SessionOutcome, at = 1_000): RecentOutcomes => {
    const recent = new RecentOutcomes();
    for (let index = 0; index < count; index += 1) recent.add(at, one);
    return recent;
  };

  test("says nothing on too few sessions, nor on those that lie outside of it", () => {
    const bad = outcome("candidate", { failure: "bad_answer" });
    expect(fill(9, bad).firing([ERRORS], 2_000)).toBeNull();
    expect(fill(10, bad).firing([ERRORS], 2_000)).toEqual({ trigger: 0, value: 1, limit: 0.05, sessions: 10 });
    expect(fill(10, bad).firing([ERRORS], 601_000)).toBeNull();
  });

  test("names a trigger that rolls back before those that hold", () => {
    const bad = fill(10, outcome("candidate", { failure: "bad_answer" }));
    const worse = { ...ERRORS, above: { type: "value", value: 0.2 } } as const;
    expect(bad.firing([{ ...ERRORS, action: "hold" }, worse], 2_000)).toMatchObject({ trigger: 1, limit: 0.2 });
    expect(bad.firing([ERRORS, worse], 2_000)).toMatchObject({ trigger: 0 });
  });

  test("compares with stable over the same window where a trigger wants times", () => {
    const twice: TriggerPlan = { ...ERRORS, measure: "latency", above: { type: "times", times: 2 } };
    const recent = fill(10, outcome("candidate", { latencyMs: 2_100 }));
    expect(recent.firing([twice], 2_000)).toBeNull();
    for (let index = 0; index < 10; index += 1) recent.add(1_000, outcome("stable"));
    expect(recent.firing([twice], 2_000)).toMatchObject({ value: 2_100, limit: 2_000 });
    // A session without an answer has no latency.
    recent.add(1_000, outcome("candidate", { latencyMs: null }));
    expect(recent.firing([twice], 2_000)).toMatchObject({ sessions: 10 });
  });
});
