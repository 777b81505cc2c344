import { EventTally } from "./event-tally.ts";
import type { IsEvent } from "./event-tally.ts";
import { defineMetric } from "./metric.ts";

const didToolFail: IsEvent = ({ toolFailed }) => toolFailed === true;

/**
 * Sessions with a tool that failed as far as the gateway can see it: the client sent its result back marked as an
 * error, or the model called one that the request does not have or with arguments that do not fit. The latter is seen
 * where the release's checks look for it. A session that failed before a tool was called counts as one without.
 */
export const toolFailures = defineMetric({
  name: "tool-failures",
  unit: "share",
  create: (plan) => new EventTally(plan, didToolFail),
});
