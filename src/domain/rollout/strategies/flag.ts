import { checkRungs, nextRung } from "./next-rung.ts";
import type { Strategy } from "./strategy.ts";

/**
 * A ladder for those whose calls meet a condition; everyone else is on stable and no evidence. It may end below 1: then
 * it stays there until a person promotes it, or aborts it, which is its kill switch.
 */
export const flag: Strategy = {
  basis: "non-inferior",
  next: nextRung,
  check: ({ steps, target }) => [
    ...checkRungs(steps, "flag"),
    ...(steps.some(({ weight }) => weight < 1) ? [] : ["The flag needs a step below 1: the share of those it is for."]),
    ...(target === undefined ? ["The flag has no condition that says whose calls it is for."] : []),
  ],
};
