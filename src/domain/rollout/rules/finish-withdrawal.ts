import type { Observation } from "../observation.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";
import { pointerBack } from "../withdraw.ts";
import type { Rule } from "./rule.ts";

/** Ends a withdrawal when every live replica has let go of the candidate. */
export function finishWithdrawal(end: "RolledBack" | "Aborted"): Rule {
  return function finish(rollout: Rollout, { nextEpoch }: Observation): readonly RolloutFact[] {
    if (rollout.pointerMoved) return pointerBack(rollout, nextEpoch);
    return rollout.acked ? [{ type: end }] : [];
  };
}
