import type { CallRecord } from "../domain/call/call-record.ts";

/** What the recorder has done since it started. */
export interface RecorderCounts {
  readonly recorded: number;
  readonly droppedBodies: number;
  readonly droppedFacts: number;
  /** Calls waiting to be written and their bytes. */
  readonly waiting: number;
  readonly waitingBytes: number;
  /** Why calls cannot be written at the moment; `null` while the last write succeeded. */
  readonly trouble: string | null;
}

/** Takes records off the request's way: bounded, never slow, never failing; bodies go before facts. */
export interface CallRecorder {
  record(call: CallRecord): void;
  counts(): RecorderCounts;
  /** Resolves when everything taken so far is written or counted as dropped. */
  flush(): Promise<void>;
}
