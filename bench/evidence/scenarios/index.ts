import type { Scenario } from "../scenario.ts";
import { AB } from "./ab.ts";
import { CLUSTERS } from "./clusters.ts";
import { COST } from "./cost.ts";
import { DELAYED_ERRORS } from "./delayed-errors.ts";
import { ERRORS } from "./errors.ts";
import { FALLBACK } from "./fallback.ts";
import { JUDGE, JUDGE_DELAY } from "./judge.ts";
import { LATENCY_PEERS } from "./latency-peers.ts";
import { BLOCKS, TAIL } from "./latency.ts";
import { MANY_METRICS } from "./many-metrics.ts";
import { NO_WORSE } from "./no-worse.ts";
import { PRODUCT } from "./product.ts";
import { RAMP } from "./ramp.ts";
import { STRESS } from "./stress.ts";
import { WRONG_PROMOTION } from "./wrong-promotion.ts";

/** All scenarios: the product's own policy, tests that must find nothing or something, every weather, then A to K of the reference. */
export const SCENARIOS: readonly Scenario[] = [
  ...PRODUCT,
  ...WRONG_PROMOTION,
  ...AB,
  ...STRESS,
  ...ERRORS,
  ...TAIL,
  ...LATENCY_PEERS,
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
