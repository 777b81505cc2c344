import { withActivity } from "../activity.ts";
import type { Transitions } from "./transition.ts";

/** The stage of copies before the first step. */
export const shadowing = {
  ShadowEntered(rollout, { epoch }) {
    if (rollout.phase !== "shadowing") return rollout;
    return withActivity({ ...rollout, epoch, acked: false, stepObservedMs: 0 });
  },
  /** On to the ladder; where there is none `Completed` follows in the same decision. */
  ShadowPassed(rollout, { epoch }) {
    if (rollout.phase !== "shadowing") return rollout;
    const out = { ...rollout, epoch, acked: false, approved: false, stepObservedMs: 0, activity: null } as const;
    return withActivity(rollout.plan.steps.length === 0 ? out : { ...out, phase: "ramping" });
  },
  /** Says in the log what was not shown; the withdrawal follows in the same decision. */
  ShadowFailed: (rollout) => rollout,
  ShadowSnapshot: (rollout, { reading }) => ({ ...rollout, shadowReading: reading }),
} satisfies Partial<Transitions>;
