import { formatDuration } from "../../../kit/duration.ts";
import { passed, waiting } from "./gate-rule.ts";
import type { GateRule } from "./gate-rule.ts";

/** Least observed time on the step that is left, or since the switch; an outage is no soak time. */
export const soak: GateRule<"soak"> = {
  isLive: true,
  runs: false,
  look({ forMs, at }, { rollout }) {
    const soakedMs = at === "after_switch" ? rollout.drainedMs : rollout.stepObservedMs;
    if (soakedMs >= forMs) return passed(`soaked for ${formatDuration(soakedMs)}`);
    return waiting(`it soaks for ${formatDuration(forMs)}`);
  },
};
