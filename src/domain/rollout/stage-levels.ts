import { logThreshold } from "../evidence/thresholds.ts";
import type { Step } from "./plan.ts";

/** Share of a rollout's level that a stage of copies and the bake take, each where there is one. */
const STAGE_SHARE = 0.1;

/** The levels of a rollout's stages. */
export interface StageLevels {
  /** Copies before any session; 0 where there are none. */
  readonly shadow: number;
  readonly ladder: number;
  /** After the promotion, against the sessions that were held back; 0 where none are. */
  readonly bake: number;
}

/**
 * Divides α among the stages that can take a release back, so that all of them together do so to a harmless one with a
 * probability of at most α (union bound). Where there is a ladder it keeps most of it, because most harm is found there: a
 * tenth is a threshold 2.3 higher in log E for a stage, and a tenth of a nat for the ladder.
 */
export function stageLevels({ alpha, holdback = 0, bakeMs = 0, shadow, steps }: LevelPlan): StageLevels {
  const hasCopies = shadow !== undefined;
  // Without steps given there is a ladder: plans from before there were stages had nothing else.
  const hasLadder = steps === undefined || steps.some(({ weight }) => weight > 0 && weight < 1);
  const hasBake = holdback > 0 && bakeMs > 0;
  const tenth = STAGE_SHARE * alpha;
  const copies = !hasCopies ? 0 : hasLadder || hasBake ? tenth : alpha;
  const bake = !hasBake ? 0 : hasLadder ? tenth : alpha - copies;
  return { shadow: copies, ladder: alpha - copies - bake, bake };
}

/** ln(1/α) of the ladder; that of the whole plan where there is no ladder, so that what is shown is a number. */
export function ladderThreshold(plan: LevelPlan): number {
  const { ladder } = stageLevels(plan);
  return logThreshold(ladder > 0 ? ladder : plan.alpha);
}

/**
 * Whether a reading of a rollout whose pointer has moved, and may have moved back since, is that of its bake, by the level
 * that it goes by.
 */
export function isOfBake(
  {
    plan,
    pointerMoved,
    promotedAt,
  }: { readonly plan: LevelPlan; readonly pointerMoved: boolean; readonly promotedAt?: number },
  { union }: { readonly union: { readonly threshold: number } },
): boolean {
  const { bake } = stageLevels(plan);
  return (pointerMoved || promotedAt !== undefined) && bake > 0 && union.threshold === logThreshold(bake);
}

/** What the levels of a plan depend on. */
export interface LevelPlan {
  readonly alpha: number;
  readonly holdback?: number;
  readonly bakeMs?: number;
  /** Whatever stands here: there is a stage of copies. */
  readonly shadow?: unknown;
  readonly steps?: readonly Pick<Step, "weight">[];
}
