import type { Rollout, RolloutFact } from "./rollout.ts";

/** The first fact of a withdrawal. */
type Start = Extract<RolloutFact, { readonly type: "RollbackStarted" | "AbortStarted" }>;

/** Takes the candidate out of traffic in one epoch: weight to 0, and the pointer back if it had moved. */
export const withdraw = (rollout: Rollout, start: Start): readonly RolloutFact[] => [
  start,
  ...pointerBack(rollout, start.epoch),
];

/** The pointer's way back to the release that was stable at the start; nothing when it never moved. */
export function pointerBack(rollout: Rollout, epoch: number): readonly RolloutFact[] {
  if (!rollout.pointerMoved) return [];
  return [{ type: "StablePointerMoved", from: rollout.candidate, to: rollout.stable, epoch }];
}
