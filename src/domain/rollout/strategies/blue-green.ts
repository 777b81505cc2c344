import type { RolloutPlan } from "../plan.ts";
import { checkPreview, nextRung } from "./next-rung.ts";
import type { Strategy } from "./strategy.ts";

/**
 * A preview and a switch: first only who asks for the candidate by name gets it; when the gates of that step are clear
 * the pointer moves for everybody at once. The bake watches it, and the release before stays warm for the way back.
 */
export const blueGreen: Strategy = {
  basis: "gates",
  next: nextRung,
  check: ({ steps }) => checkSwitch(steps, "blue-green rollout"),
};

/** What is wrong with steps that should be one without traffic and the switch. */
export function checkSwitch(steps: RolloutPlan["steps"], name: string): readonly string[] {
  if (steps.length === 2 && steps[1]?.weight === 1) return checkPreview(steps, name);
  return [`A ${name} has two steps: one of weight 0, and one of weight 1, the switch.`];
}
