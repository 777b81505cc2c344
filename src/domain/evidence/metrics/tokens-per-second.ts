import { BlockTally, turnedRankTests } from "./block-tally.ts";
import { defineMetric } from "./metric.ts";
import { TimeDisplay } from "./time-display.ts";

/** The speed of a session that gave nothing. */
const FAILED = 0;

/**
 * Output tokens, those of reasoning included, per second from the arrival of the request to the last byte, mean over
 * the session's turns, by the block-rank test with the arms' inequality turned: higher is better. A failed session
 * counts as infinitely slow. Where the client left, it is the speed until then: who left a stream that crawled must not be missing. A session
 * without counted output, because kept answers served it, is not part of the metric, on either arm.
 */
export const tokensPerSecond = defineMetric({
  name: "tokens-per-second",
  unit: "tokens/s",
  create: (plan) =>
    new BlockTally({
      ...turnedRankTests(plan),
      valueOf: ({ failure, tokensPerSecond: speed }) => (failure === null ? (speed ?? null) : FAILED),
      display: new TimeDisplay(FAILED),
    }),
});
