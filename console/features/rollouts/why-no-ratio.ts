/** Why two shares have no ratio: which arm has none to compare by; where both have some, there are too few sessions yet. */
export function whyNoRatio(stable: number, candidate: number): string {
  if (stable === 0 && candidate === 0) return "no ratio: neither has any";
  if (stable === 0) return "no ratio: stable has none";
  return candidate === 0 ? "no ratio: the candidate has none" : "no ratio yet";
}
