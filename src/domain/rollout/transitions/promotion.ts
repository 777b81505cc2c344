import type { Rollout } from "../rollout.ts";
import { ended } from "./transition.ts";
import type { Transitions } from "./transition.ts";

/** The saga that makes the candidate stable, and its way back. */
export const promotion = {
  PromotionDecided(rollout, { basis, evidenceHash }) {
    if (rollout.phase !== "ramping") return rollout;
    return { ...rollout, phase: "promoting", activity: null, promotion: { basis, evidenceHash } };
  },
  StablePointerMoved(rollout, { to, epoch }) {
    const moved: Rollout = { ...rollout, epoch, acked: false };
    if (rollout.phase === "promoting" && !rollout.pointerMoved && to === rollout.candidate) {
      return { ...moved, pointerMoved: true, weight: 1 };
    }
    const isWithdrawing = rollout.phase === "rolling_back" || rollout.phase === "aborting";
    if (isWithdrawing && rollout.pointerMoved && to === rollout.stable) {
      return { ...moved, pointerMoved: false, weight: 0 };
    }
    return rollout;
  },
  /** Says in the log that old pins have run out; `Completed` follows in the same decision. */
  PinsDrained: (rollout) => rollout,
  Completed(rollout, { outcome }, at) {
    const isDone = outcome === "promoted" ? rollout.phase === "draining" : rollout.phase === "shadowing";
    return isDone ? ended(rollout, "completed", { outcome, endedAt: at, weight: rollout.weight }) : rollout;
  },
} satisfies Partial<Transitions>;
