import type { RolloutPlan } from "../plan.ts";

/** What comes after a step once its gates are clear. */
export type Move =
  | { readonly to: "step"; readonly step: number; readonly weight: number }
  /** The candidate becomes stable, if it is proven no worse. */
  | { readonly to: "promotion" };

/** How a candidate reaches traffic. Everything else (harm, holds, approvals, the saga) is the same for all. */
export interface Strategy {
  /** What comes after `step` (-1: before the first); `null` when the strategy never moves on by itself. */
  next(plan: RolloutPlan, step: number): Move | null;
  /** What is wrong with the plan's steps, in full sentences. */
  checkSteps(steps: RolloutPlan["steps"]): readonly string[];
}
