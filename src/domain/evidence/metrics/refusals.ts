import { EventTally } from "./event-tally.ts";
import type { IsEvent } from "./event-tally.ts";
import { defineMetric } from "./metric.ts";

const wasRefused: IsEvent = ({ refused }) => refused === true;

/**
 * Sessions in which the model declined, also where it was asked again. A session that failed before it was answered
 * counts as one without a refusal: `errors` is where it is seen.
 */
export const refusals = defineMetric({
  name: "refusals",
  unit: "share",
  create: (plan) => new EventTally(plan, wasRefused),
});
