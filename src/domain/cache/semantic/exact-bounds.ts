import { betaQuantile } from "./beta.ts";

/** A sample: how many were looked at, and how many of them were wrong. */
export interface Counted {
  readonly n: number;
  readonly wrong: number;
}

/**
 * Upper bound of Clopper and Pearson (Biometrika 26, 1934) on the share of wrong ones: BetaInv(1 - α; e + 1, n - e), and 1
 * where all were wrong. The true share lies above it in at most a share α of samples.
 */
export const upperBound = ({ n, wrong }: Counted, alpha: number): number =>
  wrong >= n ? 1 : wrong === 0 ? -Math.expm1(Math.log(alpha) / n) : betaQuantile(1 - alpha, wrong + 1, n - wrong);

/** The lower bound that belongs to it: BetaInv(α; e, n - e + 1), and 0 where none was wrong. */
export const lowerBound = ({ n, wrong }: Counted, alpha: number): number =>
  wrong <= 0 ? 0 : wrong >= n ? Math.exp(Math.log(alpha) / n) : betaQuantile(alpha, wrong, n - wrong + 1);

/**
 * The α of the k-th test, k from 1: 6α / (π²k²). All of them together are α, so what is said after any number of tests
 * is wrong with probability α at most.
 */
export const spentAlpha = (alpha: number, test: number): number => (6 * alpha) / (Math.PI * test) ** 2;

/** Audits without a single error that prove a share of at most `bound`: the smallest n with n ≥ ln α / ln(1 - δ). */
export const auditsNeeded = (bound: number, alpha: number): number =>
  Math.max(1, Math.ceil(Math.log(alpha) / Math.log1p(-bound)));
