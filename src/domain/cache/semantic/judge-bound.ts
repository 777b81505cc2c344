import { lowerBound, upperBound } from "./exact-bounds.ts";
import type { Counted } from "./exact-bounds.ts";

/** What a judge did on answers whose truth is known. */
export interface JudgeCalibration {
  /** Wrong answers that it was shown, and how many of them it called wrong. */
  readonly wrongSeen: number;
  readonly wrongFlagged: number;
  /** Right answers that it was shown, and how many of them it called right. */
  readonly rightSeen: number;
  readonly rightPassed: number;
}

/** Parts of α: most for the audits, the rest for what is not known of the judge. They add up to 1. */
const SHARES = { audits: 0.8, sensitivity: 0.1, specificity: 0.1 };

/** The upper bound on the true share of wrong ones that belongs to a sample. */
export type BoundOf = (counted: Counted) => number;

/**
 * Bounds at level α on the true share of wrong ones among those that a judge has looked at. With sensitivity s (share of
 * wrong answers that it flags) and specificity c (share of right ones that it passes) the share that it flags is
 * q = p·s + (1 - p)(1 - c), so p = (q - (1 - c)) / (s + c - 1) (Rogan and Gladen, Am. J. Epidemiol. 107, 1978). That grows with
 * q and c and falls with s: each is put at the bound that makes p largest, and α is shared between them. 1 where the
 * judge is no better than chance. What is flagged less often than right answers alone should be proves no more than audits
 * without any flag do. Without a calibration the judge counts as perfect.
 */
export function boundBehind(calibration: JudgeCalibration | null, alpha: number): BoundOf {
  if (calibration === null) return (counted) => upperBound(counted, alpha);
  const { sensitivity, specificity } = judgeBounds(calibration, alpha);
  const worth = sensitivity + specificity - 1;
  if (worth <= 0) return () => 1;
  return ({ n, wrong }) => {
    const flagged = upperBound({ n, wrong }, alpha * SHARES.audits);
    const none = upperBound({ n, wrong: 0 }, alpha * SHARES.audits);
    return Math.min(1, Math.max((flagged - (1 - specificity)) / worth, none / sensitivity));
  };
}

/** The least sensitivity and the highest specificity that the calibration leaves possible. */
function judgeBounds(
  { wrongSeen, wrongFlagged, rightSeen, rightPassed }: JudgeCalibration,
  alpha: number,
): { readonly sensitivity: number; readonly specificity: number } {
  const sensitivity = lowerBound({ n: wrongSeen, wrong: wrongFlagged }, alpha * SHARES.sensitivity);
  // A judge that was never shown a right answer may pass all of them.
  const specificity = upperBound({ n: rightSeen, wrong: rightPassed }, alpha * SHARES.specificity);
  return { sensitivity, specificity };
}

/** The fewest audits without an error that prove a bound, at most `most`; `null` where so many do not. */
export function leastSample(boundOf: BoundOf, bound: number, most: number): number | null {
  const proves = (n: number): boolean => boundOf({ n, wrong: 0 }) <= bound;
  if (!proves(most)) return null;
  let [low, high] = [0, most];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (proves(middle)) high = middle;
    else low = middle;
  }
  return high;
}
