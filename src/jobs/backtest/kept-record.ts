import type { BacktestMark, CallRecord } from "../../domain/call/call-record.ts";
import type { Release } from "../../domain/release/release.ts";

const NO_BODIES: CallRecord["bodies"] = { request: null, upstream: null, answer: null };

/** A replayed call as it is kept: marked, of no arm, and with its bytes only where the candidate keeps those of users. */
export function keptRecord({ facts, bodies }: CallRecord, candidate: Release, backtest: BacktestMark): CallRecord {
  const { record, retainBodiesDays } = candidate.content.policies;
  const isExact = record === "exact";
  return {
    facts: { ...facts, arm: null, epoch: null, backtest, retainBodiesDays: isExact ? retainBodiesDays : 0 },
    bodies: isExact ? bodies : NO_BODIES,
  };
}
