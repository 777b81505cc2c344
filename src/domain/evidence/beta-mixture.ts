import logBeta from "@stdlib/math-base-special-betaln";

/** Counts by arm under one constant candidate weight in (0, 1). */
export interface WeightedCounts {
  readonly weight: number;
  readonly candidate: number;
  readonly stable: number;
}

/**
 * ln of the two-sided Beta mixture against "each count falls on the candidate with probability w":
 * B(kw + n_c, k(1 - w) + n_s) / B(kw, k(1 - w)) / (w^n_c (1 - w)^n_s), for one weight.
 */
export function logBetaMixture({ weight, candidate, stable }: WeightedCounts, concentration: number): number {
  const prior = concentration * weight;
  const otherPrior = concentration * (1 - weight);
  const mixture = logBeta(prior + candidate, otherPrior + stable) - logBeta(prior, otherPrior);
  return mixture - candidate * Math.log(weight) - stable * Math.log1p(-weight);
}
