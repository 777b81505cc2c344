import { describe, expect, test } from "vitest";
import { approvalGate, gated, manualGate } from "../../../test/fixtures/gate-samples.ts";
import { openedRollout, PLAN, rampingAt } from "../../../test/fixtures/rollout-samples.ts";
import { noticeOf } from "./notices-of.ts";
import type { RolloutFact } from "./rollout.ts";

const rollout = openedRollout(gated(approvalGate("board", "before_promotion"), manualGate("look", "before_step")));
const asked = (gate: string): RolloutFact => ({ type: "GateAsked", gate, step: 1, attempt: 1, detail: "" });

describe("what people hear of", () => {
  test.each<[RolloutFact, string | null]>([
    [{ type: "Started", stable: "rel_stable" }, "started"],
    [{ type: "StepEntered", step: 0, weight: 0.01, epoch: 1 }, null],
    [{ type: "StepEntered", step: 1, weight: 0.05, epoch: 2 }, "advanced"],
    [{ type: "HoldSet", hold: "freeze" }, "held"],
    [{ type: "ApprovalAsked" }, "approval_asked"],
    [asked("board"), "approval_asked"],
    [asked("look"), null],
    [{ type: "StablePointerMoved", from: "rel_stable", to: "rel_candidate", epoch: 3 }, "promoted"],
    [{ type: "StablePointerMoved", from: "rel_candidate", to: "rel_stable", epoch: 4 }, null],
    [{ type: "RollbackStarted", cause: "harm", epoch: 4 }, "rolled_back"],
    [{ type: "AbortStarted", cause: "gate", epoch: 4 }, "rolled_back"],
    [{ type: "TimeObserved", ms: 1_000 }, null],
  ])("%j", (fact, event) => {
    expect(noticeOf(rollout, fact)).toBe(event);
  });

  test("a return to the release before is a way back, though it goes forward", () => {
    const back = { ...rampingAt(0), plan: { ...PLAN, steps: PLAN.steps.slice(-1) } };
    const moved = { type: "StablePointerMoved", from: "rel_stable", to: "rel_candidate", epoch: 3 } as const;
    expect(noticeOf(back, moved)).toBe("rolled_back");
    expect(noticeOf(back, { type: "Started", stable: "rel_stable" })).toBeNull();
  });
});
