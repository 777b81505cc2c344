import { describe, expect, it } from "vitest";
import {
  PLAN,
  after,
  commanded,
  drainingRollout,
  looked,
  openedRollout,
  rampingAt,
  readingOf,
} from "../../../../test/fixtures/rollout-samples.ts";
import type { AbReading } from "../../evidence/ab-evidence.ts";
import type { ShadowReading } from "../../evidence/shadow-reading.ts";
import { applyCommand } from "../command.ts";
import { bakeShares } from "../bake-weight.ts";
import { explainRollout } from "../explain.ts";
import { checkPlan } from "../open-rollout.ts";
import type { RolloutPlan, ShadowStage, Step } from "../plan.ts";
import type { Rollout } from "../rollout.ts";
import { STRATEGIES } from "./index.ts";

const rung = (weight: number, more: Partial<Step> = {}): Step => ({
  weight,
  minDurationMs: 0,
  minSessions: 0,
  approval: false,
  ...more,
});

const METRICS = PLAN.metrics.map((metric) => ({ ...metric, required: false }));
const BLUE_GREEN: RolloutPlan = {
  ...PLAN,
  strategy: "blue_green",
  steps: [rung(0, { minDurationMs: 10_000, approval: true }), rung(1)],
  metrics: METRICS,
};
const INSTANT: RolloutPlan = { ...PLAN, strategy: "instant", steps: [rung(0), rung(1)], metrics: METRICS };
const DARK: RolloutPlan = { ...PLAN, strategy: "dark", steps: [rung(0, { approval: true }), ...PLAN.steps] };
const STAGE: ShadowStage = {
  sample: 0.1,
  minDurationMs: 5_000,
  minPairs: 100,
  deadlineMs: 60_000,
  budgetPico: null,
  tools: "stub",
};
const SHADOW: RolloutPlan = { ...PLAN, strategy: "shadow", shadow: STAGE, steps: [] };
const AB: RolloutPlan = {
  ...PLAN,
  strategy: "ab",
  steps: [rung(0.5)],
  metrics: METRICS.map((metric) => ({ ...metric, required: metric.metric === "errors" })),
  ab: { goal: "errors", winner: "ask", baseline: 0.1, effect: 0.2, power: 0.8, sessions: 5_000, days: 5 },
};
const TARGET = { type: "attribute", attribute: "tenant", tests: [{ type: "one-of", values: ["acme"] }] } as const;
const FLAG: RolloutPlan = { ...PLAN, strategy: "flag", target: TARGET, steps: [rung(0.1), rung(0.5)] };

/** A rollout after its first looks, with the routes acknowledged. */
const opened = (plan: RolloutPlan): Rollout => looked(looked(openedRollout(plan)));

const NO_SESSIONS = readingOf({ sessions: { stable: 0, candidate: 0 } });

const copies = (
  terms: { pairs?: number; noWorse?: boolean; harm?: boolean; isSpent?: boolean } = {},
): ShadowReading => {
  const { pairs = 200, noWorse = false, harm = false, isSpent = false } = terms;
  const test = (crossed: boolean) => ({ logE: crossed ? 4 : 0.1, threshold: 3, crossed, margin: 1.1 });
  return {
    pairs,
    metrics: [{ metric: "structure", n: pairs, harm: test(harm), noWorse: test(noWorse), required: true }],
    union: { logR: harm ? 4 : 0.1, threshold: 3, crossed: harm, blame: harm ? "structure" : null },
    isSpent,
    evidenceHash: "c".repeat(64),
  };
};

const goal = (terms: { sessions?: number; better?: boolean; worse?: boolean } = {}): AbReading => {
  const { sessions = 1_000, better = false, worse = false } = terms;
  const test = (crossed: boolean) => ({ logE: crossed ? 4 : 0.1, threshold: 3.7, crossed });
  const evidenceHash = "a".repeat(64);
  return { goal: "errors", sessions, better: test(better), worse: test(worse), analysed: test(false), evidenceHash };
};

describe("every strategy", () => {
  it("takes a plan of its own", () => {
    for (const plan of [PLAN, BLUE_GREEN, INSTANT, DARK, SHADOW, AB, FLAG]) expect(checkPlan(plan)).toEqual([]);
  });

  it("refuses a plan of another's", () => {
    for (const [name, strategy] of Object.entries(STRATEGIES)) {
      const others = [PLAN, BLUE_GREEN, DARK, AB].filter((plan) => plan.strategy !== name);
      const isLadder = name === "canary" || name === "flag" || name === "shadow";
      const wrong = isLadder ? [BLUE_GREEN, DARK] : others;
      for (const plan of wrong.filter((one) => one.strategy !== "blue_green" || name !== "instant")) {
        expect(
          strategy.check({ ...plan, strategy: name as RolloutPlan["strategy"] }),
          `${name}: ${plan.strategy}`,
        ).not.toEqual([]);
      }
    }
  });

  it("divides the sessions of a bake with a weight that no step has, so that their evidence can be told apart", () => {
    expect(bakeShares({ holdback: 0.02 })).toEqual({ held: 0.02, watched: expect.closeTo(0.08, 12), weight: 0.8 });
    expect(bakeShares({ holdback: 0.3 })).toEqual({ held: 0.3, watched: expect.closeTo(0.7, 12), weight: 0.7 });
    const taken = bakeShares({ holdback: 0.02, steps: [rung(0.8), rung(0.78), rung(1)] });
    expect(taken?.weight).toBeCloseTo(0.76, 12);
    expect(bakeShares({ holdback: 0 })).toBeNull();
  });
});

describe("blue-green", () => {
  it("gives nobody the candidate, asks a person when its time is over, and then switches at once", () => {
    const preview = opened(BLUE_GREEN);
    expect(preview).toMatchObject({ phase: "ramping", step: 0, weight: 0, activity: "observing" });
    const asked = looked(preview, { observedMs: 10_000, reading: NO_SESSIONS, stepSessions: 0 });
    expect(asked.activity).toBe("awaiting_approval");
    const switched = looked(looked(commanded(asked, { type: "approve" }), { reading: NO_SESSIONS }));
    expect(switched).toMatchObject({ pointerMoved: true, weight: 1, promotion: { basis: "gates" } });
  });

  it("is not held for missing data, nor for a deadline, while nobody is given the candidate", () => {
    const late = looked(opened(BLUE_GREEN), { observedMs: 3_700_000, quietMs: 3_700_000, reading: NO_SESSIONS });
    expect(late.holds).toEqual([]);
    expect(late.deadlineReached).toBe(false);
  });

  it("holds the switch while the candidate's model or release is gone, and says so", () => {
    const held = looked(opened(BLUE_GREEN), { candidateResolvable: false });
    expect(held.holds).toEqual(["candidate_missing"]);
    expect(explainRollout(held)).toContain("the candidate's release is gone, or one of its models");
    expect(looked(held).holds).toEqual([]);
  });
});

describe("instant", () => {
  it("moves the pointer without waiting for anybody", () => {
    let rollout = openedRollout(INSTANT);
    for (let looks = 0; looks < 5 && !rollout.pointerMoved; looks += 1)
      rollout = looked(rollout, { reading: NO_SESSIONS });
    expect(rollout).toMatchObject({ pointerMoved: true, promotion: { basis: "gates" } });
  });
});

describe("dark", () => {
  it("stays without traffic until a person starts the ladder", () => {
    const dark = looked(opened(DARK), { observedMs: 1_000, reading: NO_SESSIONS, stepSessions: 0 });
    expect(dark).toMatchObject({ weight: 0, activity: "awaiting_approval" });
    expect(explainRollout(dark)).toBe(
      "Deployed, not released (only who asks for it by name gets it): a person starts the ladder behind it.",
    );
    const started = looked(commanded(dark, { type: "start" }), { reading: NO_SESSIONS, stepSessions: 0 });
    expect(started).toMatchObject({ step: 1, weight: 0.01 });
  });
});

describe("shadow", () => {
  const shadowing = (plan: RolloutPlan): Rollout => opened(plan);
  const ripe = { observedMs: 5_000 };

  it("begins with copies and no weight", () => {
    expect(shadowing(SHADOW)).toMatchObject({ phase: "shadowing", weight: 0, activity: "observing" });
  });

  it("ends as observed on proof when there is no ladder, and keeps what it saw", () => {
    const end = looked(shadowing(SHADOW), { ...ripe, shadow: copies({ noWorse: true }) });
    expect(end).toMatchObject({ phase: "completed", outcome: "observed", weight: 0 });
    expect(explainRollout(end)).toBe(
      "Completed: the candidate was only observed, on 200 pairs of answers; proven no worse in everything compared.",
    );
  });

  it("goes on up the ladder behind it on proof, and begins its time anew", () => {
    const plan: RolloutPlan = { ...PLAN, shadow: STAGE };
    const passed = looked(shadowing(plan), { ...ripe, shadow: copies({ noWorse: true }) });
    expect(passed).toMatchObject({ phase: "ramping", step: -1, weight: 0 });
    expect(looked(passed)).toMatchObject({ step: 0, weight: 0.01, stepObservedMs: 0 });
  });

  it("passes nothing to users that wants proof where the copies can show none", () => {
    const shown = copies({ noWorse: true });
    const blind = { ...shown, metrics: shown.metrics.map((metric) => ({ ...metric, required: false })) };
    const plan: RolloutPlan = { ...PLAN, shadow: STAGE };
    expect(looked(shadowing(plan), { ...ripe, shadow: blind }).phase).toBe("shadowing");
    // A plan that promotes on its gates wants none, here either.
    const gated = { ...BLUE_GREEN, shadow: STAGE };
    expect(looked(shadowing(gated), { ...ripe, shadow: blind }).phase).toBe("ramping");
    const metrics = PLAN.metrics.map((metric) => ({ ...metric, required: metric.metric === "latency" }));
    const [first, ...others] = metrics;
    const thumbs = [{ ...first, metric: "thumbs", withinMs: 60_000, required: true } as const, ...others];
    expect(checkPlan({ ...plan, metrics })).toEqual([]);
    const unseen = thumbs.map((metric) => ({ ...metric, required: metric.metric === "thumbs" }));
    expect(checkPlan({ ...plan, metrics: unseen } as RolloutPlan).join(" ")).toContain("can prove nothing");
  });

  it("does not end before anybody has read what the copies have shown", () => {
    const over = { observedMs: 60_000 };
    const plan: RolloutPlan = { ...PLAN, shadow: STAGE, onInconclusive: "abort" };
    expect(looked(shadowing(plan), over).phase).toBe("shadowing");
    expect(looked(shadowing(plan), { ...over, shadow: copies() }).phase).toBe("rolling_back");
  });

  it("does not pass before its time and its pairs", () => {
    const shown = copies({ noWorse: true });
    expect(looked(shadowing(SHADOW), { observedMs: 4_000, shadow: shown }).phase).toBe("shadowing");
    expect(looked(shadowing(SHADOW), { ...ripe, shadow: copies({ noWorse: true, pairs: 99 }) }).phase).toBe(
      "shadowing",
    );
    expect(looked(shadowing(SHADOW), { ...ripe }).phase, "no copy was made").toBe("shadowing");
  });

  it("rolls back on harm that nobody saw, and says what was worse", () => {
    const plan: RolloutPlan = { ...PLAN, shadow: STAGE };
    const back = looked(shadowing(plan), { shadow: copies({ harm: true }) });
    expect(back).toMatchObject({ phase: "rolling_back", outcome: "harm", harm: { stage: "shadow" } });
    expect(explainRollout(back)).toBe(
      "Rolling back: structure of the copies is worse than stable's, proven on 200 pairs that nobody saw (log R 4.0 ≥ 3.0).",
    );
  });

  it("does at its end what the plan says of an inconclusive one", () => {
    const at = (onInconclusive: RolloutPlan["onInconclusive"], terms: { isSpent?: boolean } = {}) =>
      looked(shadowing({ ...PLAN, shadow: STAGE, onInconclusive }), {
        observedMs: terms.isSpent === true ? 1_000 : 60_000,
        shadow: copies(terms),
      });
    expect(at("hold")).toMatchObject({ phase: "shadowing", holds: ["inconclusive"] });
    expect(at("ask")).toMatchObject({ phase: "shadowing", activity: "awaiting_approval" });
    expect(at("promote_unproven")).toMatchObject({ phase: "ramping" });
    expect(at("abort")).toMatchObject({ phase: "rolling_back", outcome: "shadow" });
    expect(at("abort", { isSpent: true })).toMatchObject({ phase: "rolling_back" });
    expect(explainRollout(at("abort"))).toBe(
      "Rolling back: the shadow stage is over and structure is not proven no worse.",
    );
  });
});

describe("A/B", () => {
  const testing = (plan = AB): Rollout => rampingAt(0, plan);

  it("asks a person when the candidate is proven better, and promotes it on that", () => {
    const found = looked(testing(), { ab: goal({ better: true }) });
    expect(found).toMatchObject({ winner: "candidate", phase: "ramping" });
    const asked = looked(found, { ab: goal({ better: true }) });
    expect(asked.activity).toBe("awaiting_approval");
    const decided = looked(commanded(asked, { type: "approve" }), { ab: goal({ better: true }) });
    expect(decided).toMatchObject({ phase: "promoting", promotion: { basis: "superior" } });
    expect(explainRollout(decided)).toBe("Being promoted: it is proven better than the release before by errors.");
  });

  it("promotes at once where the plan says so, but not before what else is required is proven no worse", () => {
    const metrics = AB.metrics.map((metric) => ({ ...metric, required: metric.metric !== "latency" }));
    const ab = { ...(AB.ab ?? goalPlan()), winner: "promote" } as const;
    const plan: RolloutPlan = { ...AB, metrics, ab };
    const won = looked(looked(testing(plan), { ab: goal({ better: true }) }), { ab: goal({ better: true }) });
    expect(won, "cost is not proven yet").toMatchObject({ phase: "ramping", winner: "candidate" });
    const proven = readingOf({ plan, noWorse: ["cost"] });
    expect(looked(won, { ab: goal({ better: true }), reading: proven }).phase).toBe("promoting");
    const over = looked(won, { ab: goal({ better: true, sessions: 5_000 }) });
    expect(over, "and not for ever").toMatchObject({ phase: "completed", outcome: "observed", weight: 0 });
  });

  it("ends with stable when stable is proven better, and with nobody at the planned size", () => {
    expect(looked(testing(), { ab: goal({ worse: true }) })).toMatchObject({
      phase: "completed",
      outcome: "observed",
      winner: "stable",
      weight: 0,
    });
    const none = looked(testing(), { ab: goal({ sessions: 5_000 }) });
    expect(none).toMatchObject({ winner: "none", phase: "completed" });
    expect(explainRollout(none)).toContain("no difference of 20 % in errors was found");
  });

  it("names nobody while the arms do not get the sessions that were drawn", () => {
    const doubted = looked(testing(), { ab: goal({ better: true }), reading: readingOf({ srm: true }) });
    expect(doubted).toMatchObject({ holds: ["srm"] });
    expect(doubted.winner).toBeUndefined();
    const lost = { ...goal({ better: true }), analysed: { logE: 9, threshold: 6.9, crossed: true } };
    expect(looked(testing(), { ab: lost }).holds, "nor while outcomes are lost").toEqual(["srm"]);
  });

  it("rolls back on harm like any other", () => {
    expect(looked(testing(), { reading: readingOf({ harm: "errors" }), ab: goal() }).phase).toBe("rolling_back");
  });
});

const goalPlan = () =>
  ({ goal: "errors", winner: "ask", baseline: 0.1, effect: 0.2, power: 0.8, sessions: 1, days: 1 }) as const;

describe("flag", () => {
  it("stays on its last step for as long as people want, deadline or not", () => {
    const on = looked(rampingAt(1, FLAG), { observedMs: 10 * 3_600_000 });
    expect(on).toMatchObject({ phase: "ramping", weight: 0.5, holds: [], deadlineReached: false });
    expect(explainRollout(on)).toContain("On for 50 % of those it is for: it stays there until a person");
  });

  it("is promoted for everybody by a person's word", () => {
    expect(commanded(rampingAt(1, FLAG), { type: "promote" }).phase).toBe("promoting");
  });
});

describe("the time after a promotion", () => {
  const BAKED: RolloutPlan = { ...PLAN, holdback: 0.02, bakeMs: 60_000 };

  it("ends old sessions first and goes on watching until the bake is over", () => {
    const baking = looked(drainingRollout(BAKED), { observedMs: 30_000 });
    expect(baking).toMatchObject({ phase: "draining", pinsDrained: true, acked: false });
    const watched = looked(baking, { observedMs: 29_000 });
    expect(watched.phase).toBe("draining");
    expect(explainRollout(watched)).toContain("it bakes for another 1 s, watched against 2 % on the release before");
    expect(looked(watched, { observedMs: 1_000 })).toMatchObject({ phase: "completed", outcome: "promoted" });
  });

  it("moves the pointer back on harm, and the log says that it was the bake", () => {
    const back = looked(drainingRollout(BAKED), { reading: readingOf({ harm: "errors" }) });
    expect(back).toMatchObject({ phase: "rolling_back", pointerMoved: false, weight: 0, harm: { stage: "bake" } });
  });
});

describe("a withdrawal", () => {
  const policy = (onRollback: "next_turn" | "finish" | "terminate"): RolloutPlan => ({
    ...PLAN,
    sessions: { onPromotion: "keep", onRollback },
  });
  const withdrawn = (plan: RolloutPlan): Rollout => commanded(rampingAt(1, plan), { type: "rollback" });

  it("ends when the replicas have let go, or when sessions have had their time where they may finish", () => {
    expect(looked(looked(withdrawn(policy("next_turn")))).phase).toBe("rolled_back");
    const finishing = looked(looked(withdrawn(policy("finish"))), { observedMs: 29_000 });
    expect(finishing).toMatchObject({ phase: "rolling_back", leavingMs: 29_000 });
    expect(looked(finishing, { observedMs: 1_000 }).phase).toBe("rolled_back");
  });

  it("waits for sessions that cannot be moved, whatever the plan says of the next turn", () => {
    const kept = looked(looked(withdrawn(policy("next_turn")), { compatible: false }), { compatible: false });
    expect(kept.phase).toBe("rolling_back");
    expect(looked(kept, { compatible: false, observedMs: 30_000 }).phase).toBe("rolled_back");
  });

  it("waits for nobody when no session was ever given the candidate", () => {
    const preview = opened({ ...BLUE_GREEN, sessions: { onPromotion: "keep", onRollback: "finish" } });
    const back = looked(looked(commanded(preview, { type: "abort" })));
    expect(back.phase).toBe("aborted");
  });

  it("is repeated without effect", () => {
    const back = withdrawn(policy("finish"));
    const again = applyCommand(
      back,
      { type: "rollback" },
      { nextEpoch: 9, channelStable: "rel_stable", evidenceHash: null, frozen: false },
    );
    expect(again).toEqual({ facts: [] });
    expect(after(back, { type: "TimeObserved", ms: 5 }).leavingMs).toBe(5);
  });
});
