import type { RolloutPlan } from "../plan.ts";
import type { PromotionBasis } from "../rollout.ts";

/** What comes after a step once its gates are clear. */
export type Move =
  | { readonly to: "step"; readonly step: number; readonly weight: number }
  /** The candidate becomes stable, if what the strategy rests on is there. */
  | { readonly to: "promotion" };

/** How a candidate reaches traffic. Everything else (harm, holds, approvals, the saga) is the same for all. */
export interface Strategy {
  /**
   * What a promotion rests on unless a person or the deadline decides: proof that the candidate is no worse, a test that
   * it has won, or its gates alone where nobody is given it before.
   */
  readonly basis: Extract<PromotionBasis, "non-inferior" | "superior" | "gates">;
  /** What comes after `step` (-1: before the first); `null` when the strategy never moves on by itself. */
  next(plan: RolloutPlan, step: number): Move | null;
  /** What is wrong with the plan as far as it is the strategy's, in full sentences. */
  check(plan: RolloutPlan): readonly string[];
}
