import type { DelayedOutcome, SessionOutcome } from "../domain/evidence/evidence.ts";
import type { Signal } from "../domain/feedback/signal.ts";
import type { MetricName } from "../domain/rollout/plan.ts";
import type { Assignment } from "../domain/traffic/assignment.ts";

/** One line of a replica's journal of a rollout. `order` is the session's place in the replica's assignment order. */
export type JournalEntry =
  | { readonly type: "assigned"; readonly order: number; readonly at: number; readonly assignment: Assignment }
  | { readonly type: "final"; readonly order: number; readonly outcome: SessionOutcome }
  /** In the place of `final`: the release of its arm was never asked, so the session is not observed. */
  | { readonly type: "left_out"; readonly order: number; readonly session: string }
  /** In the place of `final`: another replica drew the session too and counts it; `epoch` is that of this draw. */
  | { readonly type: "twice"; readonly order: number; readonly session: string; readonly epoch: number }
  /** Somebody said something of a session afterwards; the replica that received it writes it, whoever assigned the session. */
  | ({ readonly type: "signal" } & Signal)
  /**
   * A session's contribution to a delayed metric, in assignment order. Its own replica writes it; with `of` another one
   * does in the place of a dead one, whose id that is (empty where it is not known).
   */
  | {
      readonly type: "late";
      readonly metric: MetricName;
      readonly session: string;
      readonly outcome: DelayedOutcome;
      readonly of?: string;
    };

/** A batch of one replica's journal; `batch` counts from 1 without gaps within (rollout, replica). */
export interface JournalBatch {
  readonly rolloutId: string;
  readonly replicaId: string;
  readonly batch: number;
  readonly entries: readonly JournalEntry[];
}

/** The append-only journal that evidence is rebuilt from, to the last bit. */
export interface EvidenceJournal {
  /** Appending the same (rollout, replica, batch) twice changes nothing. */
  append(batches: readonly JournalBatch[]): Promise<void>;
  /** All batches of a rollout in canonical order: replica, then batch; read in pages. */
  read(rolloutId: string): AsyncIterable<JournalBatch>;
  /** The same without what is known: of each replica in `seen` only what comes after that batch (at most 2³¹ − 1). */
  readAfter(rolloutId: string, seen: ReadonlyMap<string, number>): AsyncIterable<JournalBatch>;
}
