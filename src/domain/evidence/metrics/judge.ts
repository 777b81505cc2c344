import { MeanTally } from "./mean-tally.ts";
import { defineDelayedMetric } from "./metric.ts";

/**
 * A judge's scores in [0, 1] of sessions that a hash chose, by closed matched blocks in assignment order. A session that
 * nobody scored in time keeps its place in its block and is left out, in both arms alike; whether the scored ones still
 * divide between the arms as the assignment does is tested too, so that a candidate cannot win by losing its scores.
 */
export const judge = defineDelayedMetric({
  name: "judge",
  unitOf: () => "score",
  create: (plan) => new MeanTally(plan, { scoreOf: (value) => value, shownOf: (score) => score }),
});
