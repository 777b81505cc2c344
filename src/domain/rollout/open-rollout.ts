import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { ChannelName } from "../traffic/route.ts";
import type { RolloutPlan } from "./plan.ts";
import { isTerminal } from "./rollout.ts";
import type { Rollout, RolloutFact, Wait } from "./rollout.ts";

// Whoever opens a rollout finds the plan's rules and the default here.
export { checkPlan } from "./check-plan.ts";
export { DEFAULT_PLAN } from "./default-plan.ts";

/** What a rollout is opened with. */
export interface Opening {
  readonly channel: ChannelName;
  /** Must have passed `checkPlan`. */
  readonly plan: RolloutPlan;
  /** Release ids. */
  readonly stable: string;
  readonly candidate: string;
  /** HMAC key of the assignment, 64 hex digits; new for every rollout. */
  readonly seed: string;
  /** What it waits for; none: it starts at the next look, if the channel is free. */
  readonly waits: readonly Wait[];
}

/** The first facts of a rollout. `decide` starts it and enters the first step. */
export const openingFacts = ({ waits, plan, ...rest }: Opening): readonly RolloutFact[] => [
  { type: "Created", plan, planDigest: planDigest(plan), ...rest },
  { type: "Validated", waits },
];

/** SHA-256 of the plan's canonical form (RFC 8785), 64 hex digits: what is frozen when the rollout starts. */
export const planDigest = (plan: RolloutPlan): string => sha256Hex(canonicalJson(plan));

/** Weight up to which a newer release replaces the candidate under `auto`: few users have seen it. */
const SUPERSEDE_UP_TO = 0.05;

/**
 * What a newer release does to this rollout by the plan. A rollout that is past ramping cannot be superseded:
 * the newer release queues behind its end.
 */
export function onNewRelease(rollout: Rollout): "supersede" | "queue" | "reject" {
  const { plan, phase, startedAt, weight } = rollout;
  if (isTerminal(phase)) return "queue";
  if (plan.onNewRelease === "reject" || plan.onNewRelease === "queue") return plan.onNewRelease;
  const mayYield = startedAt === null || phase === "ramping" || phase === "shadowing";
  if (!mayYield) return "queue";
  return plan.onNewRelease === "supersede" || weight <= SUPERSEDE_UP_TO ? "supersede" : "queue";
}
