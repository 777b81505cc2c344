import { rankTests } from "./block-tally.ts";
import { defineMetric } from "./metric.ts";
import { PartialBlockTally } from "./partial-block-tally.ts";
import { TimeDisplay } from "./time-display.ts";

/**
 * Time to the first token, mean over the session's turns, by the block-rank test. A failed session counts as
 * infinitely slow; two such sessions tie. Where the client left before it, it took at least as long as that waited. A session
 * that asked for no stream is not part of the metric, failed or not: that is the client's choice, made without knowing the arm, and
 * what belongs to a metric must not depend on what fails. A failed session of which it is not known counts.
 */
export const firstToken = defineMetric({
  name: "first-token",
  unit: "ms",
  create: (plan) =>
    new PartialBlockTally({
      ...rankTests(plan),
      valueOf: ({ failure, firstTokenMs, notStreamed }) =>
        failure === null ? firstTokenMs : notStreamed === true ? null : Infinity,
      display: new TimeDisplay(),
    }),
});
