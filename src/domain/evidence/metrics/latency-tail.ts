import { defineMetric } from "./metric.ts";
import { TailTally } from "./tail-tally.ts";

/**
 * Sessions slower than the 95th percentile of stable's last 500, or a multiple of it: a regression that touches only the
 * slowest answers, which the rank test of `latency` cannot see (reference 3.3, tail). A failed session counts as infinitely slow.
 */
export const latencyTail = defineMetric({
  name: "latency-tail",
  unit: "share",
  create: (plan) => new TailTally(plan, ({ failure, latencyMs }) => (failure === null ? latencyMs : Infinity)),
});
