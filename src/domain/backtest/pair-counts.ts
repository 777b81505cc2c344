/** Pairs of sessions by who of the two had an event: all that a paired comparison of events needs to know. */
export interface PairCounts {
  readonly both: number;
  /** Only the candidate had it. */
  readonly worse: number;
  /** Only the baseline had it. */
  readonly better: number;
  readonly neither: number;
}

/** Counts pairs. */
export function countPairs(pairs: readonly { readonly baseline: boolean; readonly candidate: boolean }[]): PairCounts {
  const counts = { both: 0, worse: 0, better: 0, neither: 0 };
  for (const { baseline, candidate } of pairs) {
    counts[candidate ? (baseline ? "both" : "worse") : baseline ? "better" : "neither"] += 1;
  }
  return counts;
}

/** Pairs in all. */
export const pairsIn = ({ both, worse, better, neither }: PairCounts): number => both + worse + better + neither;
