import { isActive } from "../rollout.ts";
import type { Phase, Rollout } from "../rollout.ts";
import { ended } from "./transition.ts";
import type { Transitions } from "./transition.ts";

/** The candidate's weight goes to 0 in this one step, whatever the rollout was doing. */
function withdrawn(rollout: Rollout, phase: Phase, change: Pick<Rollout, "outcome" | "epoch">): Rollout {
  return { ...rollout, ...change, phase, activity: null, holds: [], approved: false, weight: 0, acked: false };
}

const MAY_BE_SUPERSEDED: readonly Phase[] = ["draft", "validated", "pending", "shadowing", "ramping"];

/** Every way in which the candidate leaves. */
export const withdrawal = {
  RollbackStarted(rollout, { cause, epoch }) {
    return isActive(rollout.phase) ? withdrawn(rollout, "rolling_back", { outcome: cause, epoch }) : rollout;
  },
  RolledBack(rollout, _fact, at) {
    if (rollout.phase !== "rolling_back") return rollout;
    return ended(rollout, "rolled_back", { outcome: rollout.outcome, endedAt: at, weight: 0 });
  },
  AbortStarted(rollout, { cause, epoch }) {
    return isActive(rollout.phase) ? withdrawn(rollout, "aborting", { outcome: cause, epoch }) : rollout;
  },
  Aborted(rollout, _fact, at) {
    if (rollout.phase !== "aborting") return rollout;
    return ended(rollout, "aborted", { outcome: rollout.outcome, endedAt: at, weight: 0 });
  },
  Superseded(rollout, { epoch }, at) {
    if (!MAY_BE_SUPERSEDED.includes(rollout.phase)) return rollout;
    const out = ended(rollout, "superseded", { outcome: "superseded", endedAt: at, weight: 0 });
    // Before the start there is no traffic to withdraw and no epoch to open.
    return rollout.startedAt === null ? out : { ...out, epoch };
  },
} satisfies Partial<Transitions>;
