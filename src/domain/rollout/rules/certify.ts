import type { Observation } from "../observation.ts";
import type { MetricName } from "../plan.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";

/** Latches each metric that has been proven no worse, once. */
export function certify(rollout: Rollout, { reading, evidenceHash }: Observation): readonly RolloutFact[] {
  if (rollout.phase !== "ramping" && rollout.phase !== "shadowing") return [];
  return rollout.plan.metrics
    .filter(({ metric }) => !rollout.certified.includes(metric))
    .filter(({ metric }) => reading.metrics.some((read) => read.metric === metric && read.noWorse.crossed))
    .map(({ metric }) => ({ type: "NoWorseCertified", metric, evidenceHash }));
}

/** The required metrics that are not proven no worse. */
export const unprovenMetrics = ({ plan, certified }: Rollout): readonly MetricName[] =>
  plan.metrics.filter(({ required, metric }) => required && !certified.includes(metric)).map(({ metric }) => metric);

/** Whether every required metric is proven no worse. A plan that requires none proves nothing. */
export function isProven({ plan, certified }: Rollout): boolean {
  const required = plan.metrics.filter((metric) => metric.required);
  return required.length > 0 && required.every(({ metric }) => certified.includes(metric));
}
