import type { RolloutPlan } from "../plan.ts";
import { canary } from "./canary.ts";
import type { Strategy } from "./strategy.ts";

/** Every rollout strategy: one file and one line each. */
export const STRATEGIES = { canary } satisfies Record<RolloutPlan["strategy"], Strategy>;
