import { checkEnds, checkRungs, nextRung } from "./next-rung.ts";
import type { Strategy } from "./strategy.ts";

/** Copies of stable's calls that nobody sees answered; it ends there, or goes on up the ladder behind it. */
export const shadow: Strategy = {
  basis: "non-inferior",
  next: nextRung,
  check: ({ steps, shadow: stage }) => [
    ...(stage === undefined ? ["The shadow rollout has no stage that says how many calls are copied."] : []),
    ...(steps.length === 0 ? [] : [...checkRungs(steps, "shadow rollout"), ...checkEnds(steps, "shadow rollout")]),
  ],
};
