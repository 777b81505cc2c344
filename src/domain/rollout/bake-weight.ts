import type { Step } from "./plan.ts";

/** Of the sessions that a bake compares, the share that has the promoted release: more tells little more. */
const USUAL = 0.8;
/** How far it goes down when a step has just that weight. */
const NOTCH = 0.02;

/** What a bake is drawn by. */
export interface BakePlan {
  readonly holdback?: number;
  readonly steps?: readonly Pick<Step, "weight">[];
}

/** The shares of a bake: what stays on the release before, and what of the promoted one is compared with it. */
export interface BakeShares {
  /** Share of new sessions that stay on the release before. */
  readonly held: number;
  /** Share of new sessions that get the promoted release and are compared with those. */
  readonly watched: number;
  /** `watched` among both: the weight in the evidence. */
  readonly weight: number;
}

/**
 * How new sessions are divided while a promotion bakes; `null` without a holdback. Four are watched for each that is
 * held back, which proves harm nearly as fast as watching all of them and leaves the rest to caches. The weight is
 * never that of a step, so that the evidence of the bake can be told from that of the ladder by it.
 */
export function bakeShares({ holdback = 0, steps = [] }: BakePlan): BakeShares | null {
  if (!(holdback > 0)) return null;
  let weight = Math.min(USUAL, 1 - holdback);
  while (steps.some((step) => step.weight === weight)) weight -= NOTCH;
  return { held: holdback, watched: Math.min((holdback * weight) / (1 - weight), 1 - holdback), weight };
}
