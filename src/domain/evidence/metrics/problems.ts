import { eventHappened } from "./event-happened.ts";
import { EventTally } from "./event-tally.ts";
import { defineDelayedMetric } from "./metric.ts";

/** Sessions of which a user reported a problem within the window. */
export const problems = defineDelayedMetric({
  name: "problems",
  unitOf: () => "share",
  create: (plan) => new EventTally(plan, eventHappened),
});
