import type { EvidenceCut } from "../domain/evidence/evidence-cut.ts";

/** The part of a cut that tells of processes before this one: so many entries, without what they left open. */
export const beforeOf = (entries: number): Pick<EvidenceCut, "before" | "leavesOpenOut"> =>
  entries > 0 ? { before: entries, leavesOpenOut: true } : {};
