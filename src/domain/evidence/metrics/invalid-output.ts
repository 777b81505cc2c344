import { EventTally } from "./event-tally.ts";
import type { IsEvent } from "./event-tally.ts";
import { defineMetric } from "./metric.ts";

const wasInvalid: IsEvent = ({ invalid }) => invalid === true;

/**
 * Sessions with an answer that was empty, cut short, no valid JSON, or called tools wrongly, also where it was
 * repaired. Which of these are looked for is what the checks of either release say. A session that failed before it
 * was answered counts as one without: `errors` is where it is seen.
 */
export const invalidOutput = defineMetric({
  name: "invalid-output",
  unit: "share",
  create: (plan) => new EventTally(plan, wasInvalid),
});
