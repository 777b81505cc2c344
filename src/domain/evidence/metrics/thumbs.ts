import { eventHappened } from "./event-happened.ts";
import { EventTally } from "./event-tally.ts";
import { defineDelayedMetric } from "./metric.ts";

/** Sessions with a thumbs-down within the window. Those without any thumb count as sessions without, in both arms. */
export const thumbs = defineDelayedMetric({
  name: "thumbs",
  unitOf: () => "share",
  create: (plan) => new EventTally(plan, eventHappened),
});
