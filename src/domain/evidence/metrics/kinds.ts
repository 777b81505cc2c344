import type { MetricName, MetricPlan } from "../../rollout/plan.ts";

/** How a metric is tested: events per session, ranks in blocks, capped means in blocks, or plain means in blocks. */
export type TestKind = "events" | "ranks" | "capped-means" | "means";

const EVENTS: ReadonlySet<MetricName> = new Set<MetricName>([
  "errors",
  "refusals",
  "invalid-output",
  "tool-failures",
  "abandoned",
  "latency-tail",
  "cost-tail",
  "thumbs",
  "problems",
]);

/** The test of a metric, which is a matter of its plan: a cap and a business metric's type decide. */
export function testKind({ metric, capPico, business }: MetricPlan): TestKind {
  if (metric === "judge" || business?.type === "value") return "means";
  if (business !== undefined || EVENTS.has(metric)) return "events";
  return metric === "cost" && capPico !== null ? "capped-means" : "ranks";
}

/** Whether more of the metric is better, so that its ratios are stable : candidate. */
export const isBetterHigher = ({ metric, business }: MetricPlan): boolean =>
  metric === "tokens-per-second" || metric === "judge" || isGood(business);

const isGood = (business: MetricPlan["business"]): boolean =>
  business !== undefined && (business.type === "event" ? business.isGood : business.better === "higher");

/** Whether the outcome is sent after the session: its window is its own. */
export const isDelayed = (metric: MetricName): boolean =>
  metric === "thumbs" || metric === "problems" || metric === "judge" || metric.startsWith("business:");
