import type { PairCounts } from "./pair-counts.ts";

/**
 * The exact McNemar test: of the pairs in which the two differ, half go either way when both have the event equally
 * often. Two-sided p-value, twice the smaller tail and at most 1. It is a test of a sample that is looked at once.
 * Source: McNemar, Note on the sampling error of the difference between correlated proportions, Psychometrika 12, 1947;
 * the exact form is the sign test.
 */
export function mcnemar({ worse, better }: Pick<PairCounts, "worse" | "better">): number {
  const differing = worse + better;
  const fewer = Math.min(worse, better);
  // ln of C(n, k) / 2^n for k = 0, and from there term by term.
  let logTerm = -differing * Math.LN2;
  let tail = Math.exp(logTerm);
  for (let k = 1; k <= fewer; k += 1) {
    logTerm += Math.log((differing - k + 1) / k);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}
