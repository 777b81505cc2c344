import type { Rollout } from "./rollout.ts";

/** Whether a rollout is a return to an earlier release, without evidence and at once: no other canary has a single step. */
export const isReturn = ({ plan }: Pick<Rollout, "plan">): boolean =>
  plan.strategy === "canary" && plan.steps.length === 1;
