import { checkEnds, checkRungs, nextRung } from "./next-rung.ts";
import type { Strategy } from "./strategy.ts";

/** A ladder of growing weights; promotion is due from the last rung below 1, on proof. */
export const canary: Strategy = {
  basis: "non-inferior",
  next: nextRung,
  check: ({ steps }) => [...checkRungs(steps, "canary"), ...checkEnds(steps, "canary")],
};
