import { withActivity } from "../activity.ts";
import type { HoldReason, Rollout } from "../rollout.ts";
import { ended } from "./transition.ts";
import type { Transitions } from "./transition.ts";

const isBeforeStart = ({ phase }: Rollout): boolean =>
  phase === "draft" || phase === "validated" || phase === "pending";

/** From the plan to the first step. */
export const opening = {
  Validated(rollout, { waits }) {
    if (rollout.phase !== "draft") return rollout;
    return { ...rollout, phase: waits.length === 0 ? "validated" : "pending", waits };
  },
  WaitEnded(rollout, { wait }) {
    return { ...rollout, waits: rollout.waits.filter((other) => other !== wait) };
  },
  ApprovalDenied(rollout, _fact, at) {
    if (rollout.phase === "pending") {
      return ended(rollout, "cancelled", { outcome: "cancelled", endedAt: at, weight: 0 });
    }
    if (rollout.activity !== "awaiting_approval") return rollout;
    const holds: readonly HoldReason[] = [...rollout.holds, "manual"];
    return withActivity({ ...rollout, holds, approved: false });
  },
  Started(rollout, { stable }, at) {
    const isReady = rollout.phase === "validated" || (rollout.phase === "pending" && rollout.waits.length === 0);
    if (!isReady) return rollout;
    const phase = rollout.plan.shadow === undefined ? "ramping" : "shadowing";
    return withActivity({ ...rollout, phase, stable, startedAt: at });
  },
  Cancelled(rollout, _fact, at) {
    if (!isBeforeStart(rollout)) return rollout;
    return ended(rollout, "cancelled", { outcome: "cancelled", endedAt: at, weight: 0 });
  },
} satisfies Pick<Transitions, "Validated" | "WaitEnded" | "ApprovalDenied" | "Started" | "Cancelled">;
