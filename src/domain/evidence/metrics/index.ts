import type { MetricName } from "../../rollout/plan.ts";
import { cost } from "./cost.ts";
import { errors } from "./errors.ts";
import { firstToken } from "./first-token.ts";
import { invalidOutput } from "./invalid-output.ts";
import { latency } from "./latency.ts";
import type { MetricDefinition } from "./metric.ts";
import { refusals } from "./refusals.ts";

/** Every gate metric, by the name that plans use. */
export const METRICS = {
  errors,
  refusals,
  "invalid-output": invalidOutput,
  latency,
  "first-token": firstToken,
  cost,
} satisfies Record<MetricName, MetricDefinition>;
