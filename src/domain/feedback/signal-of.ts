import type { MetricName, MetricPlan } from "../rollout/plan.ts";
import type { FeedbackItem } from "./feedback.ts";

/** Why something that was said is no evidence under a plan. */
export type Unused =
  /** The plan does not compare it. */
  | "not_compared"
  /** Nothing happened: a thumbs-up, an event that was not. */
  | "no_event"
  /** Another judge than the plan's scored it. */
  | "other_judge";

/** What a plan makes of something that was said: an outcome of a metric, nothing, or a sentence that says what is wrong. */
export type Reading =
  | { readonly metric: MetricName; readonly withinMs: number; readonly value: number }
  | { readonly unused: Unused }
  | { readonly fault: string };

/** Reads one thing that was said with a plan's eyes. */
export function signalOf(metrics: readonly MetricPlan[], item: FeedbackItem): Reading {
  const plan = metrics.find(({ metric }) => metric === metricFor(item));
  if (plan === undefined || plan.withinMs === undefined) return { unused: "not_compared" };
  const value = valueOf(plan, item);
  return typeof value === "number" ? { metric: plan.metric, withinMs: plan.withinMs, value } : value;
}

function metricFor(item: FeedbackItem): MetricName | null {
  switch (item.kind) {
    case "thumbs":
      return "thumbs";
    case "problem":
      return "problems";
    case "score":
      return "judge";
    case "metric":
      return `business:${item.name}`;
    default:
      return null;
  }
}

type NoValue = Exclude<Reading, { readonly metric: MetricName }>;

function valueOf(plan: MetricPlan, item: FeedbackItem): number | NoValue {
  if (item.kind === "thumbs") return item.up ? { unused: "no_event" } : 1;
  if (item.kind === "score") return scoreOf(plan, item);
  return item.kind === "metric" ? ownValueOf(plan, item) : 1;
}

function scoreOf(
  { judge }: MetricPlan,
  { name, value, judge: digest }: FeedbackItem & { kind: "score" },
): number | NoValue {
  if (judge?.score !== name) return { unused: "not_compared" };
  return digest === judge.digest ? value : { unused: "other_judge" };
}

function ownValueOf({ business }: MetricPlan, { name, value }: FeedbackItem & { kind: "metric" }): number | NoValue {
  if (business?.type === "value") {
    if (typeof value === "boolean") return { fault: `The metric ${name} is a number, and ${value} is none` };
    const { low, high } = business;
    if (value >= low && value <= high) return value;
    return { fault: `The metric ${name} is declared from ${low} to ${high}, and ${value} is not in there` };
  }
  if (typeof value === "number" && value !== 0 && value !== 1) {
    return { fault: `The metric ${name} is an event, and ${value} is neither true nor false` };
  }
  return Number(value) === 1 ? 1 : { unused: "no_event" };
}
