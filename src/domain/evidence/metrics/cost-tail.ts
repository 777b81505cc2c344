import { defineMetric } from "./metric.ts";
import { TailTally } from "./tail-tally.ts";

/**
 * Sessions dearer than the 95th percentile of stable's last 500, or a multiple of it: a few runaway sessions, which the
 * rank test of `cost` cannot see. Failed sessions as they are, and without what caches saved, as in `cost`.
 */
export const costTail = defineMetric({
  name: "cost-tail",
  unit: "share",
  create: (plan) => new TailTally(plan, ({ costPico, neutralPico }) => neutralPico ?? costPico),
});
