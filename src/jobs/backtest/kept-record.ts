import type { BacktestMark, CallRecord } from "../../domain/call/call-record.ts";
import type { Release } from "../../domain/release/release.ts";

const NO_BODIES: CallRecord["bodies"] = { request: null, upstream: null, answer: null };

/** What tells that a user has never seen an answer. */
type Mark =
  | { readonly arm: null; readonly backtest: BacktestMark }
  | { readonly arm: "shadow"; readonly rolloutId: string };

/** A replay or a copy as it is kept: marked, and with its bytes only where the candidate keeps those of users. */
export function keptRecord({ facts, bodies }: CallRecord, candidate: Release, mark: Mark): CallRecord {
  const { record, retainBodiesDays } = candidate.content.policies;
  const isExact = record === "exact";
  return {
    facts: { ...facts, ...mark, epoch: null, retainBodiesDays: isExact ? retainBodiesDays : 0 },
    bodies: isExact ? bodies : NO_BODIES,
  };
}
