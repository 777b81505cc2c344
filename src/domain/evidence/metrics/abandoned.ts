import { EventTally } from "./event-tally.ts";
import type { IsEvent } from "./event-tally.ts";
import { defineMetric } from "./metric.ts";

const wasAbandoned: IsEvent = ({ abandoned: left }) => left === true;

/**
 * Sessions in which a client left while it waited: before the first byte of an answer, or after it when nothing new had come
 * for a while. Who changes its mind does so in both arms alike, by lot; what one arm has more of is silence. A session counts
 * here whether it failed or not.
 */
export const abandoned = defineMetric({
  name: "abandoned",
  unit: "share",
  create: (plan) => new EventTally(plan, wasAbandoned),
});
