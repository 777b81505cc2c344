import type { RolloutPlan } from "../rollout/plan.ts";

/**
 * A plan as it is rehearsed: nobody is asked for approval, nothing outside is waited for and nobody is told, because none
 * of that finds harm; the stage of copies before the ladder is left out. `why` says why a plan cannot be rehearsed at all.
 */
export function rehearsablePlan(plan: RolloutPlan): RolloutPlan | { readonly why: string } {
  const { shadow: _, gates: _gates, notify: _notify, changes: _changes, ...rest } = plan;
  if (plan.mode === "observe") {
    return { why: "its plan has the mode `observe`: proven harm is recorded and nothing is done" };
  }
  if (!plan.steps.some(({ weight }) => weight > 0 && weight < 1)) {
    return {
      why: `its plan (${plan.strategy}) never serves the candidate beside the stable release before it is promoted, so nothing is compared until then`,
    };
  }
  return {
    ...rest,
    strategy: plan.strategy === "shadow" ? "canary" : plan.strategy,
    steps: plan.steps.map((step) => ({ ...step, approval: false })),
  };
}
