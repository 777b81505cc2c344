import { targetsOf } from "../release/fault-policy.ts";
import type { ModelTarget, ReleaseContent } from "../release/release.ts";
import type { RolloutPlan } from "./plan.ts";

/** What is known of costs where a rollout is opened. */
export interface CostTerms {
  /** Whether a model costs nothing by the prices in force. */
  readonly isFree: (target: ModelTarget) => boolean;
  /** Whether the policy says in words that cost is required. */
  readonly isCostRequired: boolean;
}

/** A plan by the prices in force. */
export interface PricedPlan {
  readonly plan: RolloutPlan;
  /** `waived`: cost was required by default and is not any more. `unprovable`: it is required, and nothing costs anything. */
  readonly cost: "judged" | "waived" | "unprovable";
}

/**
 * Where no release that is compared can ask a model that costs anything, all costs tie and cost is never proven no worse:
 * it is not required then, unless the policy says so or would have nothing else to prove.
 */
export function waiveFreeCost(
  plan: RolloutPlan,
  contents: readonly ReleaseContent[],
  { isFree, isCostRequired }: CostTerms,
): PricedPlan {
  const required = plan.metrics.filter((one) => one.required).map(({ metric }) => metric);
  const allFree = contents.every((content) => askedBy(content).every((target) => isFree(target)));
  if (!required.includes("cost") || !allFree) return { plan, cost: "judged" };
  if (isCostRequired || required.length === 1 || plan.ab?.goal === "cost") return { plan, cost: "unprovable" };
  const metrics = plan.metrics.map((one) => (one.metric === "cost" ? { ...one, required: false } : one));
  return { plan: { ...plan, metrics }, cost: "waived" };
}

/** Every model that a release may ask, the one that sums up included. */
function askedBy(content: ReleaseContent): readonly ModelTarget[] {
  const summariser = content.policies.context?.summariser ?? null;
  return summariser === null ? targetsOf(content) : [...targetsOf(content), summariser];
}
