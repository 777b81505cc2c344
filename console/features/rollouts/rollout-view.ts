import type { Answer } from "../../lib/api.ts";
import type { showRollout } from "../../../src/contract/rollouts.ts";

/** A rollout as the API shows it. */
export type RolloutView = Answer<typeof showRollout>;

/** What one metric of it says. */
export type MetricView = RolloutView["metrics"][number];
