import type { BusinessPlan, MetricPlan } from "../../rollout/plan.ts";
import { eventHappened } from "./event-happened.ts";
import { EventTally } from "./event-tally.ts";
import { MeanTally } from "./mean-tally.ts";
import type { Scale } from "./mean-tally.ts";
import { defineDelayedMetric } from "./metric.ts";

type ValuePlan = Extract<BusinessPlan, { readonly type: "value" }>;

/** A value within its range as a score in [0, 1] of which more is better, and back. */
function scaleOf({ low, high, better, missing }: ValuePlan): Scale {
  const shareOf = (value: number): number => (Math.min(high, Math.max(low, value)) - low) / (high - low);
  const turned = (share: number): number => (better === "higher" ? share : 1 - share);
  return {
    scoreOf: (value) => turned(shareOf(value ?? missing)),
    shownOf: (score) => low + turned(score) * (high - low),
  };
}

function planOf({ metric, business }: MetricPlan): BusinessPlan {
  if (business === undefined) throw new TypeError(`The metric ${metric} does not say what it counts.`);
  return business;
}

/**
 * What the application sends of its own: an event that a session has or has not, or a value within a range. A session
 * that sent no value counts as the plan's `missing`, in both arms alike.
 */
export const business = defineDelayedMetric({
  name: "business",
  unitOf: (plan) => (planOf(plan).type === "event" ? "share" : "value"),
  create(plan) {
    const own = planOf(plan);
    return own.type === "event" ? new EventTally(plan, eventHappened) : new MeanTally(plan, scaleOf(own));
  },
});
