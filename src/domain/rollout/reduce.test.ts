import { describe, expect, it } from "vitest";
import {
  after,
  commanded,
  drainingRollout,
  looked,
  openedRollout,
  PLAN,
  promotingRollout,
  rampingAt,
  readingOf,
  T0,
} from "../../../test/fixtures/rollout-samples.ts";
import { reduce } from "./reduce.ts";
import { isTerminal } from "./rollout.ts";
import type { Rollout, RolloutEvent, RolloutFact } from "./rollout.ts";

const HASH = "a".repeat(64);
const FACTS: readonly RolloutFact[] = [
  {
    type: "Created",
    plan: PLAN,
    planDigest: HASH,
    channel: { endpoint: "other", environment: "staging" },
    stable: "rel_x",
    candidate: "rel_y",
    seed: HASH,
  },
  { type: "Validated", waits: ["queue"] },
  { type: "WaitEnded", wait: "queue" },
  { type: "ApprovalDenied" },
  { type: "Started", stable: "rel_x" },
  { type: "StepEntered", step: 2, weight: 0.25, epoch: 9 },
  { type: "RoutesAcked", epoch: 9 },
  { type: "TimeObserved", ms: 1_000 },
  { type: "EvidenceSnapshot", reading: readingOf(), evidenceHash: HASH },
  { type: "HarmCrossed", metric: "errors", logR: 4, candidateSessions: 9, evidenceHash: HASH },
  { type: "NoWorseCertified", metric: "errors", evidenceHash: HASH },
  { type: "HoldSet", hold: "manual" },
  { type: "HoldCleared", hold: "manual" },
  { type: "HoldDismissed", hold: "srm" },
  { type: "ApprovalAsked" },
  { type: "StepApproved" },
  { type: "DeadlineReached" },
  { type: "PromotionDecided", basis: "non-inferior", evidenceHash: HASH },
  { type: "StablePointerMoved", from: "rel_stable", to: "rel_candidate", epoch: 9 },
  { type: "PinsDrained" },
  { type: "Completed", outcome: "promoted" },
  { type: "RollbackStarted", cause: "harm", epoch: 9 },
  { type: "RolledBack" },
  { type: "AbortStarted", cause: "command", epoch: 9 },
  { type: "Aborted" },
  { type: "Superseded", by: "rel_z", epoch: 9 },
  { type: "Cancelled" },
];

const eventOf = (rollout: Rollout, fact: RolloutFact): RolloutEvent => ({
  rolloutId: rollout.id,
  seq: rollout.seq + 1,
  at: T0 + 99,
  actor: { kind: "machine" },
  reason: "Test.",
  fact,
  prevHash: rollout.lastHash,
  hash: HASH,
});
const reduced = (rollout: Rollout, fact: RolloutFact): Rollout => reduce(rollout, eventOf(rollout, fact));

const PLACES: readonly Rollout[] = [
  openedRollout(),
  openedRollout(PLAN, ["approval", "queue"]),
  looked(openedRollout()),
  rampingAt(2),
  after(rampingAt(1), { type: "ApprovalAsked" }),
  after(rampingAt(1), { type: "HoldSet", hold: "manual" }),
  promotingRollout(),
  looked(promotingRollout()),
  drainingRollout(),
  commanded(rampingAt(1), { type: "rollback" }),
  commanded(drainingRollout(), { type: "abort" }),
];

const ENDS: readonly Rollout[] = [
  looked(drainingRollout(), { observedMs: 30_000 }),
  looked(looked(commanded(rampingAt(1), { type: "rollback" }))),
  looked(looked(commanded(rampingAt(1), { type: "abort" }))),
  commanded(rampingAt(1), { type: "supersede", by: "rel_next" }),
  commanded(openedRollout(), { type: "cancel" }),
];

describe("reduce", () => {
  it("makes a draft of the first fact, with the plan as it was frozen", () => {
    const created = FACTS[0];
    if (created?.type !== "Created") throw new Error("The first fact is Created.");
    const event = { ...eventOf(openedRollout(), created), seq: 1, rolloutId: "rol_2" };
    expect(reduce(null, event)).toMatchObject({
      id: "rol_2",
      phase: "draft",
      plan: PLAN,
      stable: "rel_x",
      weight: 0,
      step: -1,
      createdAt: T0 + 99,
      seq: 1,
      lastHash: HASH,
    });
  });

  it("refuses a log that does not begin with its rollout", () => {
    expect(() => reduce(null, eventOf(openedRollout(), { type: "Aborted" }))).toThrow("begins with Aborted");
  });

  it("answers every fact in every place with a rollout whose weight fits its phase", () => {
    for (const place of PLACES) {
      for (const fact of FACTS) {
        const next = reduced(place, fact);
        expect(next.seq).toBe(place.seq + 1);
        expect(next.lastHash).toBe(HASH);
        const mayCarry = ["ramping", "promoting", "draining", "completed"].includes(next.phase);
        expect(mayCarry || next.weight === 0, `${place.phase} and ${fact.type}`).toBe(true);
      }
    }
  });

  it("is absorbed by every end", () => {
    for (const end of ENDS) {
      expect(isTerminal(end.phase)).toBe(true);
      for (const fact of FACTS) {
        expect(reduced(end, fact)).toEqual({ ...end, seq: end.seq + 1, lastHash: HASH });
      }
    }
  });

  it("ignores facts of another phase", () => {
    const draining = drainingRollout();
    const unchanged = { ...draining, seq: draining.seq + 1, lastHash: HASH };
    expect(reduced(draining, { type: "StepEntered", step: 3, weight: 0.9, epoch: 12 })).toEqual(unchanged);
    expect(reduced(draining, { type: "Started", stable: "rel_x" })).toEqual(unchanged);
    expect(reduced(draining, { type: "Superseded", by: "rel_z", epoch: 12 })).toEqual(unchanged);
  });

  it("does not start while something is waited for", () => {
    const waiting = openedRollout(PLAN, ["approval"]);
    expect(reduced(waiting, { type: "Started", stable: "rel_stable" }).phase).toBe("pending");
  });

  it("ignores an acknowledgement of an earlier epoch", () => {
    const settling = after(rampingAt(0), { type: "StepEntered", step: 1, weight: 0.05, epoch: 2 });
    expect(reduced(settling, { type: "RoutesAcked", epoch: 1 }).activity).toBe("settling");
    expect(reduced(settling, { type: "RoutesAcked", epoch: 2 }).activity).toBe("observing");
  });

  it("counts time on the step, in all, and after the pointer moved, each for itself", () => {
    expect(reduced(rampingAt(0), { type: "TimeObserved", ms: 5 })).toMatchObject({
      stepObservedMs: 5,
      observedMs: 5,
      drainedMs: 0,
    });
    expect(reduced(drainingRollout(), { type: "TimeObserved", ms: 5 })).toMatchObject({
      stepObservedMs: 10_000,
      observedMs: 10_005,
      drainedMs: 5,
    });
  });

  it("keeps the first proof of harm", () => {
    const harmed = reduced(rampingAt(0), FACTS[9] as RolloutFact);
    const later = { type: "HarmCrossed", metric: "cost", logR: 9, candidateSessions: 50, evidenceHash: HASH } as const;
    expect(reduced(harmed, later).harm).toEqual({ metric: "errors", logR: 4, candidateSessions: 9 });
  });

  it("lets an approval lapse with the next step, hold or deadline", () => {
    const approved = commanded(after(rampingAt(0), { type: "ApprovalAsked" }), { type: "approve" });
    expect(approved.approved).toBe(true);
    expect(reduced(approved, { type: "StepEntered", step: 1, weight: 0.05, epoch: 2 }).approved).toBe(false);
    expect(reduced(approved, { type: "HoldSet", hold: "freeze" }).approved).toBe(false);
    expect(reduced(approved, { type: "DeadlineReached" }).approved).toBe(false);
  });
});
