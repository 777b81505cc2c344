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
  rampingAt,
  readingOf,
} from "../../../test/fixtures/rollout-samples.ts";
import { applyCommand } from "./command.ts";
import type { Command, CommandAnswer } from "./command.ts";
import type { HoldReason, Rollout } from "./rollout.ts";

const answer = (rollout: Rollout, type: Exclude<Command["type"], "supersede">, frozen = false): CommandAnswer =>
  applyCommand(rollout, { type }, contextOf(rollout, { frozen }));
const held = (hold: HoldReason): Rollout => after(rampingAt(1), { type: "HoldSet", hold });

const completed = looked(drainingRollout(), { observedMs: 30_000 });
const rolledBack = looked(looked(commanded(rampingAt(1), { type: "rollback" })));
const aborted = looked(looked(commanded(rampingAt(1), { type: "abort" })));
const superseded = commanded(rampingAt(1), { type: "supersede", by: "rel_next" });
const cancelled = commanded(openedRollout(), { type: "cancel" });

const ACTIVE: readonly [string, Rollout][] = [
  ["settling", looked(openedRollout())],
  ["observing", rampingAt(1)],
  ["held", held("inconclusive")],
  ["awaiting approval", after(rampingAt(1), { type: "ApprovalAsked" })],
  ["promoting", promotingRollout()],
  ["promoting with the pointer moved", looked(promotingRollout())],
  ["draining", drainingRollout()],
];

describe("rollback and abort", () => {
  it.each(ACTIVE)("take the candidate out while %s, freeze or not", (_, rollout) => {
    for (const type of ["rollback", "abort"] as const) {
      const next = commanded(rollout, { type }, { frozen: true });
      expect(next).toMatchObject({ weight: 0, pointerMoved: false, holds: [], epoch: rollout.epoch + 1 });
      expect(next.phase).toBe(type === "abort" ? "aborting" : "rolling_back");
      expect(answer(next, type)).toEqual({ facts: [] });
    }
  });

  it("move the pointer back when it had moved, in the same epoch", () => {
    expect(answer(drainingRollout(), "rollback")).toEqual({
      facts: [
        { type: "RollbackStarted", cause: "command", epoch: 5 },
        { type: "StablePointerMoved", from: "rel_candidate", to: "rel_stable", epoch: 5 },
      ],
    });
  });

  it("win over a promotion that has been decided", () => {
    expect(looked(looked(commanded(promotingRollout(), { type: "abort" })))).toMatchObject({
      phase: "aborted",
      outcome: "command",
      pointerMoved: false,
    });
  });

  it("before the start, abort cancels and rollback says so", () => {
    expect(answer(openedRollout(), "abort")).toEqual({ facts: [{ type: "Cancelled" }] });
    expect(answer(openedRollout(), "rollback")).toEqual({ refused: expect.stringContaining("cancel it") });
  });
});

describe("hold and resume", () => {
  it.each(ACTIVE)("a hold is open while %s, and a second one changes nothing", (_, rollout) => {
    const next = commanded(rollout, { type: "hold" }, { frozen: true });
    expect(next.holds).toContain("manual");
    expect(next.weight).toBe(rollout.weight);
    expect(answer(next, "hold")).toEqual({ facts: [] });
  });

  it("resume ends a person's hold and dismisses doubts that only a person can settle", () => {
    const doubted = after(held("srm"), { type: "HoldSet", hold: "manual" }, { type: "HoldSet", hold: "no_data" });
    expect(commanded(doubted, { type: "resume" })).toMatchObject({ holds: ["no_data"], dismissed: ["srm"] });
    expect(answer(rampingAt(1), "resume")).toEqual({ facts: [] });
  });

  it.each<[HoldReason, string]>([
    ["harm", "roll it back"],
    ["freeze", "freeze must end"],
    ["no_data", "clears by itself"],
    ["control_unhealthy", "clears by itself"],
  ])("resume does not lift %s, and says what does", (hold, help) => {
    expect(answer(held(hold), "resume")).toEqual({ refused: expect.stringContaining(help) });
  });
});

describe("promote", () => {
  it("is a person's override, with the evidence as it stood, and lifts what the evidence lacks", () => {
    const next = answer(held("inconclusive"), "promote");
    expect(next).toEqual({
      facts: [
        { type: "HoldDismissed", hold: "inconclusive" },
        { type: "PromotionDecided", basis: "human_override", evidenceHash: "e".repeat(64) },
      ],
    });
    expect(commanded(held("inconclusive"), { type: "promote" })).toMatchObject({ phase: "promoting", holds: [] });
  });

  it("changes nothing while a promotion is under way", () => {
    expect(answer(promotingRollout(), "promote")).toEqual({ facts: [] });
    expect(answer(drainingRollout(), "promote")).toEqual({ facts: [] });
  });

  it("is refused during a freeze, before the start, and after harm", () => {
    expect(answer(rampingAt(1), "promote", true)).toEqual({ refused: expect.stringContaining("freeze") });
    expect(answer(openedRollout(), "promote")).toEqual({ refused: expect.stringContaining("not started") });
    const harmed = looked(rampingAt(1, { ...PLAN, mode: "hold" }), { reading: readingOf({ harm: "cost" }) });
    expect(answer(harmed, "promote")).toEqual({ refused: expect.stringContaining("proven harmful") });
    expect(answer(held("candidate_missing"), "promote")).toEqual({ refused: expect.stringContaining("is gone") });
  });

  it("is refused where nothing can be compared, and names the way out, for it would never happen", () => {
    const { refused } = answer(held("control_unhealthy"), "promote") as { readonly refused: string };
    expect(refused).toContain("The stable release is failing");
    expect(refused).toContain("strategy: instant");
  });
});

describe("start", () => {
  it("cuts short the waits that a person may cut short", () => {
    const waiting = openedRollout(PLAN, ["schedule", "dependency"]);
    expect(commanded(waiting, { type: "start" }).waits).toEqual([]);
    expect(answer(openedRollout(), "start")).toEqual({ facts: [] });
    expect(answer(rampingAt(0), "start")).toEqual({ facts: [] });
  });

  it("is refused while approval or the queue is in the way, and during a freeze", () => {
    expect(answer(openedRollout(PLAN, ["approval"]), "start")).toEqual({
      refused: expect.stringContaining("approve it"),
    });
    expect(answer(openedRollout(PLAN, ["queue"]), "start")).toEqual({
      refused: expect.stringContaining("another rollout"),
    });
    expect(answer(openedRollout(), "start", true)).toEqual({ refused: expect.stringContaining("freeze") });
  });
});

describe("approve and deny", () => {
  it("answer the question before the start", () => {
    const waiting = openedRollout(PLAN, ["approval"]);
    expect(looked(commanded(waiting, { type: "approve" })).phase).toBe("ramping");
    expect(commanded(waiting, { type: "deny" })).toMatchObject({ phase: "cancelled", outcome: "cancelled" });
  });

  it("answer the question of a step", () => {
    const asked = after(rampingAt(1), { type: "ApprovalAsked" });
    const approved = commanded(asked, { type: "approve" });
    expect(approved).toMatchObject({ activity: "observing", approved: true });
    expect(answer(approved, "approve")).toEqual({ facts: [] });
    expect(commanded(asked, { type: "deny" })).toMatchObject({ activity: "held", holds: ["manual"] });
  });

  it("are refused when nothing was asked", () => {
    expect(answer(rampingAt(1), "approve")).toEqual({ refused: expect.stringContaining("every other gate") });
    expect(answer(rampingAt(1), "deny")).toEqual({ refused: expect.stringContaining("hold or abort") });
  });
});

describe("cancel and supersede", () => {
  it("cancel is for rollouts that have not started", () => {
    expect(answer(openedRollout(), "cancel")).toEqual({ facts: [{ type: "Cancelled" }] });
    expect(answer(rampingAt(0), "cancel")).toEqual({ refused: expect.stringContaining("abort it") });
  });

  it("a ramping or waiting rollout makes way for a newer release", () => {
    expect(superseded).toMatchObject({ phase: "superseded", weight: 0, epoch: 3, outcome: "superseded" });
    const waiting = commanded(openedRollout(PLAN, ["queue"]), { type: "supersede", by: "rel_next" });
    expect(waiting).toMatchObject({ phase: "superseded", epoch: 0 });
  });

  it("a promotion does not make way", () => {
    for (const rollout of [promotingRollout(), drainingRollout()]) {
      const refusal = applyCommand(rollout, { type: "supersede", by: "rel_next" }, contextOf(rollout));
      expect(refusal).toEqual({ refused: expect.stringContaining("queue the newer release") });
    }
  });
});

describe("after the end", () => {
  it.each<[string, Rollout]>([
    ["rolled back", rolledBack],
    ["aborted", aborted],
    ["superseded", superseded],
    ["cancelled", cancelled],
  ])("a wish to be rid of the candidate is fulfilled when %s, any other is refused", (_, rollout) => {
    for (const type of ["abort", "rollback", "cancel", "deny"] as const) {
      expect(answer(rollout, type)).toEqual({ facts: [] });
    }
    for (const type of ["start", "promote", "hold", "resume", "approve"] as const) {
      expect(answer(rollout, type)).toEqual({ refused: expect.stringContaining("open a new one") });
    }
  });

  it("a completed rollout is promoted already and leads back only by rolling the endpoint back", () => {
    expect(answer(completed, "promote")).toEqual({ facts: [] });
    expect(answer(completed, "rollback")).toEqual({ refused: expect.stringContaining("roll the endpoint back") });
    expect(answer(completed, "abort")).toEqual({ refused: expect.stringContaining("roll the endpoint back") });
  });
});
