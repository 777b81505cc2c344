import { defineMetric } from "./metric.ts";
import { IN_NO_TAIL, TailTally } from "./tail-tally.ts";

/**
 * Sessions dearer than the 95th percentile of stable's last 500, or a multiple of it: a few runaway sessions, which the
 * rank test of `cost` cannot see. Without what caches saved, as in `cost`. A failed session is none, that is what `errors` sees:
 * in an outage the circuit breaker of the arm with more traffic opens first, and its failures cost nothing then, while the
 * other arm still pays for its own.
 */
export const costTail = defineMetric({
  name: "cost-tail",
  unit: "share",
  create: (plan) =>
    new TailTally(plan, ({ failure, costPico, neutralPico }) =>
      failure === null ? (neutralPico ?? costPico) : IN_NO_TAIL,
    ),
});
