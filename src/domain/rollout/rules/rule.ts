import type { Observation } from "../observation.ts";
import type { Rollout, RolloutFact } from "../rollout.ts";

/** One reason to act: the facts that are due, given the rollout as the rules before it leave it. */
export type Rule = (rollout: Rollout, observation: Observation) => readonly RolloutFact[];
