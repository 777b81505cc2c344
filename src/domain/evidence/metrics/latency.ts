import { BlockTally, rankTests } from "./block-tally.ts";
import { defineMetric } from "./metric.ts";
import { TimeDisplay } from "./time-display.ts";

/**
 * Time to the complete answer, mean over the session's turns, by the block-rank test. A failed session counts
 * as infinitely slow (intention to treat: a release must not get faster by failing); two such sessions tie.
 * A session that did not fail and has no time, because its client left before any answer, is not part of the
 * metric, on either arm.
 */
export const latency = defineMetric({
  name: "latency",
  unit: "ms",
  create: (plan) =>
    new BlockTally({
      ...rankTests(plan),
      valueOf: ({ failure, latencyMs }) => (failure === null ? latencyMs : Infinity),
      display: new TimeDisplay(),
    }),
});
