import type { Rollout } from "../rollout.ts";
import { ended } from "./transition.ts";
import type { Transitions } from "./transition.ts";

/** The saga that makes the candidate stable, and its way back. */
export const promotion = {
  PromotionDecided(rollout, { basis, evidenceHash }) {
    if (rollout.phase !== "ramping") return rollout;
    return { ...rollout, phase: "promoting", activity: null, promotion: { basis, evidenceHash } };
  },
  StablePointerMoved(rollout, { to, epoch }, at) {
    const moved: Rollout = { ...rollout, epoch, acked: false };
    if (rollout.phase === "promoting" && !rollout.pointerMoved && to === rollout.candidate) {
      // Plans from before it was kept have snapshots without it, and their logs must go on adding up to those.
      const isKept = rollout.plan.sessions !== undefined;
      return { ...moved, pointerMoved: true, weight: 1, ...(isKept && { promotedAt: at }) };
    }
    const isWithdrawing = rollout.phase === "rolling_back" || rollout.phase === "aborting";
    if (isWithdrawing && rollout.pointerMoved && to === rollout.stable) {
      return { ...moved, pointerMoved: false, weight: 0 };
    }
    return rollout;
  },
  /** Old pins have run out. Without an epoch `Completed` follows in the same decision; with one the bake goes on. */
  PinsDrained(rollout, { epoch }) {
    if (epoch === undefined || rollout.phase !== "draining") return rollout;
    return { ...rollout, pinsDrained: true, epoch, acked: false };
  },
  Completed(rollout, { outcome, epoch }, at) {
    if (outcome === "promoted") {
      if (rollout.phase !== "draining") return rollout;
      return ended(rollout, "completed", { outcome, endedAt: at, weight: rollout.weight });
    }
    if (rollout.phase !== "shadowing" && rollout.phase !== "ramping") return rollout;
    const end = ended(rollout, "completed", { outcome, endedAt: at, weight: 0 });
    return epoch === undefined ? end : { ...end, epoch };
  },
} satisfies Partial<Transitions>;
