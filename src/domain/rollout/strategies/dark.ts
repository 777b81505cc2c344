import type { RolloutPlan } from "../plan.ts";
import { checkEnds, checkPreview, checkRungs, nextRung } from "./next-rung.ts";
import type { Strategy } from "./strategy.ts";

/** Deployed and not released: who asks by name gets it, nobody else does, until a person starts the ladder behind it. */
export const dark: Strategy = {
  basis: "non-inferior",
  next: nextRung,
  check: ({ steps }) => [
    ...checkPreview(steps, "dark launch"),
    ...checkPerson(steps),
    ...checkRungs(steps, "dark launch", 1),
    ...checkEnds(steps, "dark launch"),
  ],
};

const checkPerson = ([first]: RolloutPlan["steps"]): readonly string[] =>
  first?.approval === true
    ? []
    : ["The first step of the dark launch must ask for approval: a person starts the ladder."];
