import type { MetricUnit } from "../evidence.ts";
import type { CommonMetricName, DelayedMetricName, MetricName, MetricPlan } from "../../rollout/plan.ts";
import { abandoned } from "./abandoned.ts";
import { business } from "./business.ts";
import { cost } from "./cost.ts";
import { costTail } from "./cost-tail.ts";
import { errors } from "./errors.ts";
import { firstToken } from "./first-token.ts";
import { invalidOutput } from "./invalid-output.ts";
import { judge } from "./judge.ts";
import { latency } from "./latency.ts";
import { latencyTail } from "./latency-tail.ts";
import type { DelayedMetricDefinition, MetricDefinition } from "./metric.ts";
import { problems } from "./problems.ts";
import { refusals } from "./refusals.ts";
import { thumbs } from "./thumbs.ts";
import { tokensPerSecond } from "./tokens-per-second.ts";
import { toolFailures } from "./tool-failures.ts";

/** Every gate metric that a session's own turns decide, by the name that plans use. */
export const METRICS = {
  errors,
  refusals,
  "invalid-output": invalidOutput,
  "tool-failures": toolFailures,
  abandoned,
  latency,
  "latency-tail": latencyTail,
  "first-token": firstToken,
  "tokens-per-second": tokensPerSecond,
  cost,
  "cost-tail": costTail,
} satisfies Record<Exclude<CommonMetricName, DelayedMetricName>, MetricDefinition>;

/** Every gate metric whose outcome is sent later; those of an application are one. */
export const DELAYED_METRICS = { thumbs, problems, judge, business } satisfies Record<
  DelayedMetricName | "business",
  DelayedMetricDefinition
>;

type AtOnceName = keyof typeof METRICS;

/** The definition of a metric, whichever kind it is. */
export function definitionOf(metric: MetricName): MetricDefinition | DelayedMetricDefinition {
  if (metric in METRICS) return METRICS[metric as AtOnceName];
  return DELAYED_METRICS[metric.startsWith("business:") ? "business" : (metric as DelayedMetricName)];
}

/** Unit of a metric's value per arm. */
export function unitOf(plan: MetricPlan): MetricUnit {
  const definition = definitionOf(plan.metric);
  return "unit" in definition ? definition.unit : definition.unitOf(plan);
}
