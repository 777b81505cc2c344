import type { MetricName } from "../../rollout/plan.ts";
import { cost } from "./cost.ts";
import { errors } from "./errors.ts";
import { firstToken } from "./first-token.ts";
import { latency } from "./latency.ts";
import type { MetricDefinition } from "./metric.ts";

/** Every gate metric, by the name that plans use. */
export const METRICS = { errors, latency, "first-token": firstToken, cost } satisfies Record<
  MetricName,
  MetricDefinition
>;
