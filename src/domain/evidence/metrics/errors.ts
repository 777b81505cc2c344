import { EventTally } from "./event-tally.ts";
import type { IsEvent } from "./event-tally.ts";
import { defineMetric } from "./metric.ts";

const hasFailed: IsEvent = ({ failure }) => failure !== null;

/** Failed sessions, by the assigned release whoever repaired them. */
export const errors = defineMetric({
  name: "errors",
  unit: "share",
  create: (plan) => new EventTally(plan, hasFailed),
});
