import { describe, expect, it } from "vitest";
import {
  after,
  commanded,
  contextOf,
  drainingRollout,
  looked,
  openedRollout,
  PLAN,
  promotingRollout,
  PROVEN,
  rampingAt,
  readingOf,
  T0,
} from "../../../test/fixtures/rollout-samples.ts";
import type { MetricName, RolloutPlan } from "./plan.ts";
import type { Actor, HoldReason, Rollout, RolloutFact } from "./rollout.ts";
import { applyCommand } from "./command.ts";
import type { Command } from "./command.ts";
import { explainFacts } from "./explain-facts.ts";
import { explainRollout } from "./explain.ts";
import { appendFacts } from "./log.ts";

const harmedBy = (metric: MetricName, plan: RolloutPlan = PLAN): Rollout =>
  looked(rampingAt(1, plan), { reading: readingOf({ harm: metric }) });
const held = (...holds: readonly HoldReason[]): Rollout =>
  after(rampingAt(1), ...holds.map((hold) => ({ type: "HoldSet", hold }) as const));

/** Who tells something and why. */
interface Teller {
  readonly actor: Actor;
  readonly reason: string;
}

/** The rollout after a person's command. */
function told(rollout: Rollout, command: Command, teller: Teller): Rollout {
  const answer = applyCommand(rollout, command, contextOf(rollout));
  if ("refused" in answer) throw new Error(answer.refused);
  return toldFacts(rollout, answer.facts, teller);
}

const toldFacts = (rollout: Rollout, facts: readonly RolloutFact[], teller: Teller): Rollout =>
  appendFacts(rollout, facts, { ...teller, rolloutId: rollout.id, at: T0 + rollout.seq }).rollout;

describe("explainFacts", () => {
  it("gives the log the machine's reason: what the rollout has come to", () => {
    const aborting = commanded(rampingAt(1), { type: "abort" });
    expect(explainFacts(aborting, [{ type: "Aborted" }])).toBe("Aborted: a person decided so.");
    const entered = { type: "StepEntered", step: 2, weight: 0.25, epoch: 9 } as const;
    expect(explainFacts(rampingAt(1), [{ type: "TimeObserved", ms: 5 }, entered])).toContain("At 25 %");
    expect(explainFacts(rampingAt(1), [{ type: "TimeObserved", ms: 5 }])).toBe("Noted in passing.");
  });
});

describe("explainRollout", () => {
  it("names the others where no metric proves harm alone", () => {
    const reading = readingOf({ harm: "errors" });
    const metrics = reading.metrics.map((metric) => ({
      ...metric,
      harm: { ...metric.harm, crossed: false, logE: metric.metric === "cost" ? -1 : 2.8 },
    }));
    const told = explainRollout(looked(looked(looked(rampingAt(1), { reading: { ...reading, metrics } }))));
    expect(told).toContain(
      "errors are 9.4 times those of stable (10.3 % against 1.1 %); harm was proven by errors and latency together, errors most of all, and by none of them alone, after 34 candidate sessions (log R 3.4 ≥ 3.0).",
    );
  });

  it("says which metric did harm, by how much, and on what proof", () => {
    expect(explainRollout(looked(looked(harmedBy("errors"))))).toBe(
      "Rolled back: errors are 9.4 times those of stable (10.3 % against 1.1 %), proven after 34 candidate sessions (log R 3.4 ≥ 3.0).",
    );
    expect(explainRollout(harmedBy("latency"))).toBe(
      "Rolling back: latency is 1.4 times that of stable (1.68 s against 1.20 s), proven after 34 candidate sessions (log R 3.4 ≥ 3.0).",
    );
    expect(explainRollout(harmedBy("cost"))).toContain("cost is 1.35 times that of stable ($0.0042 against $0.0031)");
  });

  it("says what it can when the reading cannot tell the size", () => {
    const harm = { type: "HarmCrossed", metric: "errors", logR: 5, candidateSessions: 1, evidenceHash: "" } as const;
    const bare = commanded(after(rampingAt(0), harm), { type: "hold" });
    expect(explainRollout(after(bare, { type: "HoldSet", hold: "harm" }))).toContain(
      "errors are worse than those of stable, proven after 1 candidate session (log R 5.0 ≥ 3.0)",
    );
  });

  it("tells a promotion on proof from one without", () => {
    expect(explainRollout(looked(drainingRollout(), { observedMs: 30_000 }))).toBe(
      "Promoted: errors and cost are proven no worse than stable (errors 1.02 times, cost 1.02 times) after 1,240 candidate sessions.",
    );
    expect(explainRollout(promotingRollout())).toMatch(/^Being promoted: errors and cost are proven no worse/);
    expect(explainRollout(commanded(rampingAt(1), { type: "promote" }))).toBe(
      "Being promoted: a person decided so without waiting for proof.",
    );
    const unproven: RolloutPlan = { ...PLAN, onInconclusive: "promote_unproven" };
    expect(explainRollout(looked(rampingAt(1, unproven), { observedMs: PLAN.deadlineMs }))).toBe(
      "Being promoted: the deadline passed without proof and the plan promotes then.",
    );
  });

  it("says where it is on the ladder and what is proven so far", () => {
    expect(explainRollout(looked(openedRollout()))).toBe(
      "At 1 % (step 1 of 4): the replicas are taking up the weight.",
    );
    expect(explainRollout(rampingAt(2))).toBe("At 25 % (step 3 of 4): errors and cost are not decided yet.");
    expect(explainRollout(looked(rampingAt(2), { reading: readingOf({ noWorse: ["errors"] }) }))).toBe(
      "At 25 % (step 3 of 4): errors are proven no worse; cost is not decided yet.",
    );
    expect(explainRollout(looked(rampingAt(1), { reading: PROVEN }))).toBe(
      "At 5 % (step 2 of 4): errors and cost are proven no worse.",
    );
  });

  it("says what a person is asked", () => {
    const asked = after(rampingAt(1), { type: "ApprovalAsked" });
    expect(explainRollout(asked)).toContain("a person must approve the next step");
    const overdue = after(rampingAt(1), { type: "DeadlineReached" }, { type: "ApprovalAsked" });
    expect(explainRollout(overdue)).toContain("a person must decide whether to promote");
  });

  it("says every reason of a hold", () => {
    expect(explainRollout(held("manual", "no_data", "srm"))).toBe(
      "Held at 5 % (step 2 of 4): a person is holding it, no session has had an outcome for a while and the arms do not get the sessions that their weights promise, so the comparison is in doubt.",
    );
    expect(explainRollout(harmedBy("errors", { ...PLAN, mode: "hold" }))).toMatch(/^Held at 5 %.*errors are 9.4 times/);
    expect(explainRollout(after(promotingRollout(), { type: "HoldSet", hold: "freeze" }))).toBe(
      "The promotion is held: a freeze is in force.",
    );
    expect(explainRollout(commanded(drainingRollout(), { type: "hold" }))).toContain("its holds end: a person");
  });

  it("says what is waited for before the start, and every other end", () => {
    expect(explainRollout(openedRollout())).toBe("Ready: it starts as soon as the channel is free.");
    expect(explainRollout(openedRollout(PLAN, ["approval", "queue"]))).toBe(
      "Waits for a person's approval and the end of another rollout of the channel.",
    );
    expect(explainRollout(commanded(rampingAt(1), { type: "rollback" }))).toBe("Rolling back: a person decided so.");
    expect(explainRollout(commanded(rampingAt(1), { type: "abort" }))).toBe("Aborting: a person decided so.");
    const expiring: RolloutPlan = { ...PLAN, onInconclusive: "abort" };
    const expired = looked(rampingAt(1, expiring), { observedMs: PLAN.deadlineMs });
    expect(explainRollout(looked(looked(expired)))).toBe("Aborted: the deadline passed without proof.");
    expect(explainRollout(commanded(openedRollout(), { type: "cancel" }))).toBe("Cancelled before it started.");
    expect(explainRollout(commanded(rampingAt(1), { type: "supersede", by: "rel_3" }))).toBe(
      "Superseded by a newer release.",
    );
  });

  it("says who told it what and why, and of several words on one matter the last", () => {
    const ada = { actor: { kind: "key", keyId: "key_1", name: "Ada" }, reason: "Users \n complain." } as const;
    const bob = { actor: { kind: "key", keyId: "key_2", name: "Bob" }, reason: "r".repeat(500) } as const;
    const held1 = told(rampingAt(1), { type: "hold" }, ada);
    expect(explainRollout(held1)).toContain('Ada is holding it ("Users complain.")');
    const aborted = looked(told(held1, { type: "abort" }, bob));
    expect(explainRollout(aborted)).toBe(`Aborted: Bob decided so ("${"r".repeat(199)}…").`);
    expect(explainRollout(told(rampingAt(1), { type: "rollback" }, ada))).toContain("Ada decided so");
    expect(explainRollout(told(rampingAt(1), { type: "promote" }, ada))).toContain(
      'Ada decided so without waiting for proof ("Users complain.")',
    );
    expect(explainRollout(told(openedRollout(), { type: "cancel" }, ada))).toBe(
      'Cancelled before it started, as Ada told it ("Users complain.").',
    );
    const again = told(told(held1, { type: "resume" }, ada), { type: "hold" }, bob);
    expect(again.told?.map(({ telling, by }) => `${by} ${telling}`)).toEqual(["Ada resume", "Bob hold"]);
    const late = toldFacts(aborted, [{ type: "HoldSet", hold: "manual" }], ada);
    expect(late.told).toEqual(aborted.told);
  });

  it("says of a return to which release and by whom, and no word of proof", () => {
    const ada = { actor: { kind: "key", keyId: "key_1", name: "Ada" }, reason: "Users complain." } as const;
    const atOnce = { ...PLAN, steps: PLAN.steps.slice(-1) };
    const returning = toldFacts(
      openedRollout(atOnce),
      [
        { type: "Started", stable: "rel_2" },
        { type: "PromotionDecided", basis: "human_override", evidenceHash: null },
        { type: "StablePointerMoved", from: "rel_2", to: "rel_1", epoch: 9 },
      ],
      ada,
    );
    expect(explainRollout(returning, "bot@1")).toBe('Being returned to bot@1 by Ada ("Users complain.").');
    expect(explainRollout({ ...returning, phase: "completed" }, "bot@1")).toBe(
      'Returned to bot@1 by Ada ("Users complain.").',
    );
    expect(explainRollout({ ...returning, phase: "completed", told: [] })).toBe(
      "Returned to an earlier release by a person.",
    );
  });

  it("never says non-inferior", () => {
    const places = [rampingAt(2), promotingRollout(), drainingRollout(), looked(rampingAt(2), { reading: PROVEN })];
    for (const place of places) expect(explainRollout(place)).not.toMatch(/non-inferior/);
  });
});
