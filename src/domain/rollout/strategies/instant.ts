import { checkSwitch } from "./blue-green.ts";
import { nextRung } from "./next-rung.ts";
import type { Strategy } from "./strategy.ts";

/** The pointer moves as soon as the gates are clear; the holdback and the triggers of the bake watch it. */
export const instant: Strategy = {
  basis: "gates",
  next: nextRung,
  check: ({ steps }) => checkSwitch(steps, "instant rollout"),
};
