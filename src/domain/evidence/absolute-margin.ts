/** One session for the test of an absolute margin. */
export interface WeighedEvent {
  readonly arm: "stable" | "candidate";
  readonly weight: number;
  readonly event: boolean;
}

/**
 * Z: the event weighed by the inverse probability of its arm, negative on stable; its mean is the difference
 * of the rates, candidate less stable. A factor 1 + λ (Z - m) tests the null that this difference is at most m.
 * Source: Howard, Ramdas, McAuliffe and Sekhon, Time-uniform, nonparametric, nonasymptotic confidence
 * sequences, Ann. Statist. 49(2), 2021, section on average treatment effects.
 */
export function inverseProbabilityEvent({ arm, weight, event }: WeighedEvent): number {
  if (!event) return 0;
  return arm === "candidate" ? 1 / weight : -1 / (1 - weight);
}

/** Largest bet that keeps 1 + λ (Z - m) from falling below 0. Over several weights take the smallest. */
export const absoluteMarginLimit = (weight: number, margin: number): number => 1 / (margin + 1 / (1 - weight));
