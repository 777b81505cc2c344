import { describe, expect, it } from "vitest";
import {
  after,
  commanded,
  drainingRollout,
  looked,
  observationOf,
  openedRollout,
  PLAN,
  promotingRollout,
  PROVEN,
  rampingAt,
  readingOf,
} from "../../../test/fixtures/rollout-samples.ts";
import { decide } from "./decide.ts";
import { stageLevels } from "./stage-levels.ts";
import type { Observation } from "./observation.ts";
import type { RolloutPlan } from "./plan.ts";
import type { Rollout, RolloutFact } from "./rollout.ts";

const look = (rollout: Rollout, overrides: Partial<Observation> = {}): readonly RolloutFact[] =>
  decide(rollout, observationOf({ nextEpoch: rollout.epoch + 1, ...overrides }));
const types = (facts: readonly RolloutFact[]): readonly string[] => facts.map(({ type }) => type);
const HARM = readingOf({ harm: "errors" });
const NOTHING = readingOf({ sessions: { stable: 0, candidate: 0 } });

describe("starting", () => {
  it("starts and enters the first step in one decision, with the channel's pointer as the way back", () => {
    expect(look(openedRollout(), { channelStable: "rel_now", nextEpoch: 7 })).toEqual([
      { type: "Started", stable: "rel_now" },
      { type: "StepEntered", step: 0, weight: 0.01, epoch: 7 },
    ]);
  });

  it("waits in the queue until the channel is free", () => {
    const queued = openedRollout(PLAN, ["queue"]);
    expect(look(queued, { channelFree: false })).toEqual([]);
    expect(types(look(queued))).toEqual(["WaitEnded", "Started", "StepEntered"]);
    expect(look(openedRollout(), { channelFree: false })).toEqual([]);
  });

  it("does not start during a freeze or without the approval it waits for", () => {
    expect(look(openedRollout(), { frozen: true })).toEqual([]);
    expect(look(openedRollout(PLAN, ["approval", "freeze"]))).toEqual([{ type: "WaitEnded", wait: "freeze" }]);
  });

  it("cancels a rollout whose candidate has become stable while it waited", () => {
    expect(look(openedRollout(), { channelStable: "rel_candidate" })).toEqual([{ type: "Cancelled" }]);
  });
});

describe("advancing", () => {
  const ready = after(rampingAt(0), { type: "TimeObserved", ms: 10_000 });

  it("enters the next step, beside a snapshot of the evidence, when every gate is clear", () => {
    expect(types(look(ready))).toEqual(["EvidenceSnapshot", "StepEntered"]);
    expect(look(ready)[1]).toEqual({ type: "StepEntered", step: 1, weight: 0.05, epoch: 2 });
  });

  it("needs no certification on the lower rungs, and goes up one rung per look", () => {
    const second = looked(ready);
    expect(second).toMatchObject({ step: 1, weight: 0.05, certified: [], activity: "settling" });
    expect(types(look(second))).toEqual(["RoutesAcked"]);
  });

  it.each<[string, Partial<Observation>]>([
    ["before the least number of sessions", { stepSessions: 19 }],
    ["during a freeze", { frozen: true }],
    ["without an outcome", { reading: NOTHING }],
    ["without an outcome of the candidate", { reading: readingOf({ sessions: { stable: 500, candidate: 0 } }) }],
    ["while the sample ratio is off", { reading: readingOf({ srm: true }) }],
    ["while the stable release fails", { controlHealthy: false }],
    ["while no data come", { quietMs: 60_000 }],
  ])("does not advance %s", (_, overrides) => {
    expect(types(look(ready, overrides))).not.toContain("StepEntered");
  });

  it("does not advance before the least time, or before the replicas serve the step", () => {
    expect(look(rampingAt(0), { observedMs: 9_999 })).toEqual([{ type: "TimeObserved", ms: 9_999 }]);
    const settling = after(ready, { type: "StepEntered", step: 1, weight: 0.05, epoch: 2 });
    expect(types(look(settling, { routesAcked: false, observedMs: 20_000 }))).toEqual(["TimeObserved"]);
  });

  it("counts time that is not in the log yet, and logs it with the decision", () => {
    const almost = after(rampingAt(0), { type: "TimeObserved", ms: 9_900 });
    expect(types(look(almost, { observedMs: 100 }))).toEqual(["TimeObserved", "EvidenceSnapshot", "StepEntered"]);
  });

  it("keeps the weight while held and goes on when the last hold clears", () => {
    const held = after(ready, { type: "HoldSet", hold: "manual" }, { type: "HoldSet", hold: "freeze" });
    expect(look(held)).toEqual([{ type: "HoldCleared", hold: "freeze" }]);
    expect(looked(held)).toMatchObject({ activity: "held", holds: ["manual"], weight: 0.01 });
    expect(types(look(commanded(looked(held), { type: "resume" })))).toContain("StepEntered");
  });
});

describe("approval", () => {
  const plan: RolloutPlan = { ...PLAN, steps: PLAN.steps.map((step) => ({ ...step, approval: true })) };
  const ready = after(rampingAt(0, plan), { type: "TimeObserved", ms: 10_000 });

  it("is asked last, once, and followed by the step", () => {
    expect(types(look(ready, { stepSessions: 3 }))).toEqual([]);
    expect(types(look(ready))).toEqual(["EvidenceSnapshot", "ApprovalAsked"]);
    const asked = looked(ready);
    expect(look(asked)).toEqual([]);
    expect(types(look(commanded(asked, { type: "approve" })))).toEqual(["EvidenceSnapshot", "StepEntered"]);
  });

  it("is asked again when a hold came between the approval and the step", () => {
    const approved = commanded(looked(ready), { type: "approve" });
    const held = commanded(approved, { type: "hold" });
    expect(types(look(commanded(held, { type: "resume" })))).toEqual(["EvidenceSnapshot", "ApprovalAsked"]);
  });

  it("denied, leaves the rollout in a person's hands", () => {
    const denied = commanded(looked(ready), { type: "deny" });
    expect(denied).toMatchObject({ activity: "held", holds: ["manual"] });
    expect(look(denied)).toEqual([]);
  });
});

describe("harm", () => {
  const places: readonly [string, Rollout][] = [
    ["settling", looked(openedRollout())],
    ["observing", rampingAt(1)],
    ["held", after(rampingAt(1), { type: "HoldSet", hold: "manual" })],
    ["awaiting approval", after(rampingAt(1), { type: "ApprovalAsked" })],
    ["promoting", promotingRollout()],
    ["promoting with the pointer moved", looked(promotingRollout())],
    ["draining", drainingRollout()],
  ];

  it.each(places)("rolls back in one decision and one epoch while %s", (_, rollout) => {
    const facts = look(rollout, { reading: HARM, frozen: true, controlHealthy: false, quietMs: 1e9 });
    expect(types(facts)).toEqual(expect.arrayContaining(["EvidenceSnapshot", "HarmCrossed", "RollbackStarted"]));
    expect(after(rollout, ...facts)).toMatchObject({ phase: "rolling_back", weight: 0, pointerMoved: false });
    const epochs = facts.flatMap((fact) => (fact.type !== "RoutesAcked" && "epoch" in fact ? [fact.epoch] : []));
    expect(new Set(epochs)).toEqual(new Set([rollout.epoch + 1]));
  });

  it("moves the pointer back when it had moved", () => {
    expect(look(drainingRollout(), { reading: HARM }).slice(-1)).toEqual([
      { type: "StablePointerMoved", from: "rel_candidate", to: "rel_stable", epoch: 5 },
    ]);
  });

  it("names the metric, the evidence and the sessions that saw it", () => {
    expect(look(rampingAt(0), { reading: HARM })).toContainEqual({
      type: "HarmCrossed",
      metric: "errors",
      logR: 3.42,
      candidateSessions: 34,
      evidenceHash: "e".repeat(64),
    });
  });

  it("ends when the replicas have let go", () => {
    const rollingBack = looked(rampingAt(1), { reading: HARM });
    expect(look(rollingBack, { routesAcked: false })).toEqual([]);
    expect(looked(rollingBack, { reading: HARM })).toMatchObject({ phase: "rolled_back", outcome: "harm" });
  });

  it("holds in mode hold, and never lets the weight grow again", () => {
    const held = looked(rampingAt(1, { ...PLAN, mode: "hold" }), { reading: HARM });
    expect(held).toMatchObject({ phase: "ramping", activity: "held", holds: ["harm"], weight: 0.05 });
    expect(look(held, { reading: HARM })).toEqual([]);
    const cleared = after(held, { type: "HoldCleared", hold: "harm" });
    expect(look(cleared)).toEqual([{ type: "HoldSet", hold: "harm" }]);
  });

  it("is recorded once in mode observe, and the rollout goes on", () => {
    const observed = looked(rampingAt(0, { ...PLAN, mode: "observe" }), { reading: HARM });
    expect(observed).toMatchObject({ harm: { metric: "errors", candidateSessions: 34 }, activity: "observing" });
    expect(types(look(observed, { reading: HARM, observedMs: 10_000 }))).toEqual([
      "TimeObserved",
      "EvidenceSnapshot",
      "StepEntered",
    ]);
  });

  it("falls back on the strongest metric when the reading blames none", () => {
    const reading = { ...HARM, union: { ...HARM.union, blame: null } };
    expect(look(rampingAt(0), { reading })).toContainEqual(expect.objectContaining({ metric: "errors" }));
  });
});

describe("promotion", () => {
  it("is decided on the last rung below 1, on proof of every required metric", () => {
    const facts = look(after(rampingAt(2), { type: "TimeObserved", ms: 10_000 }), { reading: PROVEN });
    expect(types(facts)).toEqual(["EvidenceSnapshot", "NoWorseCertified", "NoWorseCertified", "PromotionDecided"]);
    expect(facts.at(-1)).toMatchObject({ basis: "non-inferior", evidenceHash: "e".repeat(64) });
  });

  it("latches a certification once and keeps it", () => {
    const partly = looked(rampingAt(2), { reading: readingOf({ noWorse: ["errors"] }), observedMs: 10_000 });
    expect(partly.certified).toEqual(["errors"]);
    const rest = look(partly, { reading: readingOf({ noWorse: ["cost"] }) });
    expect(types(rest)).toEqual(["EvidenceSnapshot", "NoWorseCertified", "PromotionDecided"]);
  });

  it.each<[string, Partial<Observation>]>([
    ["a required metric is not proven", { reading: readingOf({ noWorse: ["errors", "latency"] }) }],
    ["the stable release fails", { controlHealthy: false }],
    ["the candidate cannot be reached", { candidateResolvable: false }],
    ["a freeze is in force", { frozen: true }],
  ])("waits while %s", (_, overrides) => {
    const ready = after(rampingAt(2), { type: "TimeObserved", ms: 10_000 });
    expect(types(look(ready, { reading: PROVEN, ...overrides }))).not.toContain("PromotionDecided");
    const decided = look(promotingRollout(), { ...overrides, reading: PROVEN });
    const blocks = overrides.reading === undefined;
    expect(types(decided).includes("StablePointerMoved")).toBe(!blocks);
  });

  it("takes one step of the saga per look", () => {
    const promoting = promotingRollout();
    expect(look(promoting)).toEqual([
      { type: "StablePointerMoved", from: "rel_stable", to: "rel_candidate", epoch: 4 },
    ]);
    const moved = looked(promoting);
    expect(moved).toMatchObject({ phase: "promoting", pointerMoved: true, weight: 1, acked: false });
    expect(look(moved, { routesAcked: false })).toEqual([]);
    expect(look(moved)).toEqual([{ type: "RoutesAcked", epoch: 4 }]);
    const draining = looked(moved);
    expect(draining.phase).toBe("draining");
    expect(types(look(draining, { observedMs: 29_999 }))).toEqual(["TimeObserved"]);
    expect(types(look(draining, { observedMs: 30_000 }))).toEqual(["TimeObserved", "PinsDrained", "Completed"]);
    expect(looked(draining, { observedMs: 30_000 })).toMatchObject({
      phase: "completed",
      outcome: "promoted",
      weight: 1,
    });
  });

  it("is stopped by a hold before the pointer moves, and completes only when held no longer", () => {
    expect(look(commanded(promotingRollout(), { type: "hold" }))).toEqual([]);
    const held = commanded(drainingRollout(), { type: "hold" });
    expect(types(look(held, { observedMs: 60_000 }))).toEqual(["TimeObserved"]);
  });

  it("clears a freeze that came after the pointer had moved", () => {
    const frozen = after(drainingRollout(), { type: "HoldSet", hold: "freeze" });
    expect(look(frozen, { frozen: true })).toEqual([{ type: "HoldCleared", hold: "freeze" }]);
  });
});

describe("holds of the machine", () => {
  it("hold while nothing comes, and go on when data come", () => {
    const held = looked(rampingAt(0), { quietMs: 60_000, reading: NOTHING });
    expect(held).toMatchObject({ activity: "held", holds: ["no_data"], reading: NOTHING });
    expect(look(held, { quietMs: 10 })).toEqual([{ type: "HoldCleared", hold: "no_data" }]);
  });

  it("keep a sample-ratio hold until a person dismisses it, and then do not set it again", () => {
    const srm = readingOf({ srm: true });
    const held = looked(rampingAt(0), { reading: srm });
    expect(held.holds).toEqual(["srm"]);
    expect(look(held)).toEqual([]);
    const resumed = commanded(held, { type: "resume" });
    expect(resumed).toMatchObject({ activity: "observing", holds: [], dismissed: ["srm"] });
    expect(look(resumed, { reading: srm })).toEqual([]);
  });

  it("doubt a bake whose sessions do not divide as they were drawn, and not the ladder before it", () => {
    const baking = drainingRollout({ ...PLAN, holdback: 0.1, bakeMs: 600_000 });
    const threshold = Math.log(1 / stageLevels(baking.plan).bake);
    const ofLadder = readingOf({ srm: true });
    expect(looked(baking, { reading: ofLadder }).holds).toEqual([]);
    const ofBake = { ...ofLadder, union: { ...ofLadder.union, threshold } };
    const held = looked(baking, { reading: ofBake });
    expect(held).toMatchObject({ phase: "draining", holds: ["srm"] });
    expect(commanded(held, { type: "resume" })).toMatchObject({ holds: [], dismissed: ["srm"] });
  });

  it("clear one reason and leave the others", () => {
    const held = looked(rampingAt(0), { frozen: true, controlHealthy: false });
    expect(held.holds).toEqual(["freeze", "control_unhealthy"]);
    expect(looked(held, { frozen: true })).toMatchObject({ holds: ["freeze"], activity: "held" });
  });
});

describe("the deadline", () => {
  const overdue = (onInconclusive: RolloutPlan["onInconclusive"]): Rollout =>
    after(rampingAt(2, { ...PLAN, onInconclusive }), { type: "TimeObserved", ms: PLAN.deadlineMs });

  it("holds as inconclusive, and is forgotten when the proof comes after all", () => {
    const facts = look(overdue("hold"));
    expect(types(facts)).toEqual(["EvidenceSnapshot", "DeadlineReached", "HoldSet"]);
    const held = looked(overdue("hold"));
    expect(held).toMatchObject({ activity: "held", holds: ["inconclusive"] });
    expect(look(held)).toEqual([]);
    const late = look(held, { reading: PROVEN });
    expect(types(late).slice(-2)).toEqual(["HoldCleared", "PromotionDecided"]);
  });

  it("gives a resumed rollout all the time it needs", () => {
    const resumed = commanded(looked(overdue("hold")), { type: "resume" });
    expect(resumed).toMatchObject({ activity: "observing", dismissed: ["inconclusive"] });
    expect(look(resumed, { observedMs: 900 })).toEqual([]);
  });

  it("asks a person, whose approval promotes without proof", () => {
    const asked = looked(overdue("ask"));
    expect(asked.activity).toBe("awaiting_approval");
    const facts = look(commanded(asked, { type: "approve" }));
    expect(facts.at(-1)).toMatchObject({ type: "PromotionDecided", basis: "human_override" });
  });

  it("asks anew when something else had been asked before", () => {
    const plan: RolloutPlan = {
      ...PLAN,
      onInconclusive: "ask",
      steps: PLAN.steps.map((step) => ({ ...step, approval: true })),
    };
    const asked = looked(after(rampingAt(0, plan), { type: "TimeObserved", ms: 10_000 }));
    expect(asked.activity).toBe("awaiting_approval");
    const facts = look(asked, { observedMs: PLAN.deadlineMs });
    expect(types(facts)).toEqual(["TimeObserved", "EvidenceSnapshot", "DeadlineReached", "ApprovalAsked"]);
  });

  it("promotes without proof where the plan says so, but never without data", () => {
    expect(look(overdue("promote_unproven")).at(-1)).toMatchObject({ basis: "unproven_policy" });
    expect(types(look(overdue("promote_unproven"), { reading: NOTHING }))).not.toContain("PromotionDecided");
    expect(types(look(overdue("promote_unproven"), { quietMs: 60_000 }))).not.toContain("PromotionDecided");
  });

  it("aborts where the plan says so", () => {
    const facts = look(overdue("abort"));
    expect(facts.at(-1)).toEqual({ type: "AbortStarted", cause: "expired", epoch: 4 });
    expect(looked(looked(looked(overdue("abort"))))).toMatchObject({ phase: "aborted", outcome: "expired", weight: 0 });
  });

  it("does not concern a rollout that is proven", () => {
    expect(types(look(overdue("abort"), { reading: PROVEN }))).not.toContain("DeadlineReached");
  });
});

describe("the log", () => {
  it("gets time once a second, later once per hundredth of the time logged", () => {
    const start = rampingAt(2);
    expect(look(start, { observedMs: 999 })).toEqual([]);
    expect(look(start, { observedMs: 1_000 })).toEqual([{ type: "TimeObserved", ms: 1_000 }]);
    const later = after(start, { type: "TimeObserved", ms: 1_000_000 });
    expect(look(later, { observedMs: 9_999 })).toEqual([]);
    expect(look(later, { observedMs: 10_000 })).toEqual([{ type: "TimeObserved", ms: 10_000 }]);
  });

  it("gets no entry for time that is not a time", () => {
    expect(look(rampingAt(2), { observedMs: Number.NaN })).toEqual([]);
    expect(look(rampingAt(2), { observedMs: Number.POSITIVE_INFINITY })).toEqual([]);
    expect(look(rampingAt(2), { observedMs: -5 })).toEqual([]);
  });
});
