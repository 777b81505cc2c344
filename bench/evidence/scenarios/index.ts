import type { Scenario } from "../scenario.ts";
import { CLUSTERS } from "./clusters.ts";
import { COST } from "./cost.ts";
import { DELAYED_ERRORS } from "./delayed-errors.ts";
import { ERRORS } from "./errors.ts";
import { FALLBACK } from "./fallback.ts";
import { JUDGE, JUDGE_DELAY } from "./judge.ts";
import { BLOCKS, TAIL } from "./latency.ts";
import { MANY_METRICS } from "./many-metrics.ts";
import { NO_WORSE } from "./no-worse.ts";
import { PRODUCT } from "./product.ts";
import { RAMP } from "./ramp.ts";

/** All scenarios, the product's own policy first, then A to K of the reference. */
export const SCENARIOS: readonly Scenario[] = [
  ...PRODUCT,
  ...ERRORS,
  ...TAIL,
  ...BLOCKS,
  ...CLUSTERS,
  RAMP,
  ...NO_WORSE,
  ...JUDGE,
  ...COST,
  MANY_METRICS,
  JUDGE_DELAY,
  ...DELAYED_ERRORS,
  FALLBACK,
];
