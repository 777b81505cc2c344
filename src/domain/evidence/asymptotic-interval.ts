import { lambertWm1 } from "./lambert-w.ts";

/** What an asymptotic confidence sequence needs to know. `sigma`² is the squared standard error times `n`. */
export interface IntervalTerms {
  readonly n: number;
  readonly sigma: number;
  readonly alpha: number;
  readonly rhoSquared: number;
}

/**
 * ρ² that makes the sequence tightest at `bestAt` observations: (-W₋₁(-a²/e) - 1) / n*. `level` is α for a
 * two-sided and 2α for a one-sided sequence.
 * Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Time-uniform central limit theory and asymptotic
 * confidence sequences, Ann. Statist. 52(6):2380-2407, 2024.
 */
export const rhoSquaredFor = (level: number, bestAt: number): number =>
  (-lambertWm1(-(level ** 2) / Math.E) - 1) / bestAt;

/** Half-width of the two-sided sequence: valid at all times at once, for large n. For display, never a gate. */
export function twoSidedHalfWidth({ n, sigma, alpha, rhoSquared }: IntervalTerms): number {
  const v = n * rhoSquared + 1;
  return sigma * Math.sqrt(((2 * v) / (n ** 2 * rhoSquared)) * Math.log(Math.sqrt(v) / alpha));
}

/** Distance of the one-sided limit from the estimate. */
export function oneSidedHalfWidth({ n, sigma, alpha, rhoSquared }: IntervalTerms): number {
  const v = n * rhoSquared + 1;
  return sigma * Math.sqrt(((2 * v) / (n ** 2 * rhoSquared)) * Math.log1p(Math.sqrt(v) / (2 * alpha)));
}
