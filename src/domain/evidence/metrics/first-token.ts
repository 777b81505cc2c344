import { rankTests } from "./block-tally.ts";
import { defineMetric } from "./metric.ts";
import { PartialBlockTally } from "./partial-block-tally.ts";
import { TimeDisplay } from "./time-display.ts";

/**
 * Time to the first token, mean over the session's turns, by the block-rank test. A failed session counts as
 * infinitely slow; two such sessions tie. Where the client left before it, it took at least as long as that waited. A session that did not fail and has no first token is not part of the
 * metric: whether an answer is streamed is the client's choice, made without knowing the arm. A failed session
 * counts whether it asked for a stream or not, because the failure may have come before that shows.
 */
export const firstToken = defineMetric({
  name: "first-token",
  unit: "ms",
  create: (plan) =>
    new PartialBlockTally({
      ...rankTests(plan),
      valueOf: ({ failure, firstTokenMs }) => (failure === null ? firstTokenMs : Infinity),
      display: new TimeDisplay(),
    }),
});
