import type { CallRecord } from "../domain/call/call-record.ts";
import type { Evaluation } from "../domain/trace/evaluation.ts";

/** What became of traces since the start. */
export interface TraceCounts {
  /** Calls whose trace was kept, and those whose trace was not. */
  readonly kept: number;
  readonly passedOver: number;
  /** Spans that the receiver has taken, and those that it said it did not. */
  readonly sentSpans: number;
  readonly rejectedSpans: number;
  /** Scores that the receiver has taken. */
  readonly sentScores: number;
  /** Calls and scores that were lost: there was no room, or the receiver refused them. */
  readonly dropped: number;
  /** Calls and scores that wait, and their bytes. */
  readonly waiting: number;
  readonly waitingBytes: number;
  /** Why nothing can be sent at the moment; `null` while the last attempt succeeded. */
  readonly trouble: string | null;
}

/** Sends finished calls as traces: off the request's way, bounded, never failing. */
export interface TraceExporter {
  /** Takes a call that has ended, where its trace is one that is kept. */
  offer(call: CallRecord): void;
  /** Takes a score of a call that was recorded. */
  evaluated(evaluation: Evaluation): void;
  counts(): TraceCounts;
  /** Sends what waits, as far as the receiver takes it now, and ends. */
  close(): Promise<void>;
}
