import { waiting } from "./gate-rule.ts";
import type { GateRule } from "./gate-rule.ts";

/** Decided by a person's command alone. */
export const manual: GateRule<"manual"> = {
  isLive: false,
  runs: false,
  look: () => waiting("somebody has to say that it passed"),
};
