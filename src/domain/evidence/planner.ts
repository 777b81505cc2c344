import { theta } from "./event-test.ts";
import { HARM_RATIO, NO_WORSE_RATIO } from "./grids.ts";
import { logThreshold } from "./thresholds.ts";

/** Sessions until a decision. */
export interface Plan {
  /** Both arms together. */
  readonly total: number;
  readonly candidate: number;
  /** The cautious figure: with the cost of not knowing the true ratio, ln of the grid's size. */
  readonly totalWithMixtureCost: number;
}

/** Rates as shares of sessions; `level` is α (harm) or β (no worse); `margin` the ratio that is tested. */
export interface PlannerTerms {
  readonly stableRate: number;
  readonly candidateRate: number;
  readonly weight: number;
  readonly level: number;
  readonly margin: number;
}

/** Kullback-Leibler divergence of two coins, in nats. */
function divergence(a: number, b: number): number {
  const head = a === 0 ? 0 : a * Math.log(a / b);
  return a === 1 ? head : head + (1 - a) * Math.log((1 - a) / (1 - b));
}

/**
 * Expected growth of log E of the event-conditional test per session, in nats, when the true rates are these:
 * e · KL(θ(w, true ratio) ‖ θ(w, margin)) with e the rate over both arms. No test can grow faster.
 */
export function growthPerSession({ stableRate, candidateRate, weight, margin }: Omit<PlannerTerms, "level">): number {
  const rate = weight * candidateRate + (1 - weight) * stableRate;
  if (rate === 0) return 0;
  return rate * divergence((weight * candidateRate) / rate, theta(weight, margin));
}

const planSessions = (terms: PlannerTerms, gridSize: number): Plan => {
  const growth = growthPerSession(terms);
  const total = logThreshold(terms.level) / growth;
  return {
    total,
    candidate: total * terms.weight,
    totalWithMixtureCost: (logThreshold(terms.level) + Math.log(gridSize)) / growth,
  };
};

/** Expected sessions until harm is proven at level α when the candidate's true rate is above `margin` times stable's. */
export const planHarm = (terms: PlannerTerms): Plan => planSessions(terms, HARM_RATIO.length);

/** Expected sessions until the candidate is proven no worse at level β when its true rate is below `margin` times stable's. */
export const planNoWorse = (terms: PlannerTerms): Plan => planSessions(terms, NO_WORSE_RATIO.length);
