import { listMetrics, verbFor } from "../describe-effect.ts";
import { passed, waiting } from "./gate-rule.ts";
import type { GateRule } from "./gate-rule.ts";

/** Metrics that must be proven no worse: what was certified once stays certified. */
export const evidence: GateRule<"evidence"> = {
  isLive: true,
  runs: false,
  look({ metrics }, { rollout: { certified } }) {
    const open = metrics.filter((metric) => !certified.includes(metric));
    if (open.length === 0) return passed(`${listMetrics(metrics)} ${verbFor(metrics)} proven no worse`);
    return waiting(`${listMetrics(open)} ${verbFor(open)} not proven no worse yet`);
  },
};
