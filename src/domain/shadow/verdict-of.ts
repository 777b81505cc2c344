import type { PairPreference, ShadowPair } from "./shadow-pair.ts";

/** What a judge preferred in one order of two answers. */
export type Preference = "first" | "second" | "tie";

/**
 * What is known of a pair without asking: nobody has to be paid to say that equal answers are equal, or that an answer is
 * better than none. `null` where it has to be asked, `nothing` where there is nothing to compare.
 */
export function knownVerdict({ stable, candidate, excused, change }: ShadowPair): PairPreference | "nothing" | null {
  if (excused || (stable.failed && candidate.failed)) return "nothing";
  if (stable.failed) return "candidate";
  if (candidate.failed) return "stable";
  if (change === null) return "nothing";
  return change.isExact ? "tie" : null;
}

/** The verdict of both orders: stable's answer stood first, then the candidate's. One that flips with the order is a tie. */
export function verdictOf(
  stableFirst: Preference,
  candidateFirst: Preference,
): { readonly verdict: PairPreference; readonly isFlipped: boolean } {
  if (stableFirst === "first" && candidateFirst === "second") return { verdict: "stable", isFlipped: false };
  if (stableFirst === "second" && candidateFirst === "first") return { verdict: "candidate", isFlipped: false };
  return { verdict: "tie", isFlipped: stableFirst === candidateFirst && stableFirst !== "tie" };
}
