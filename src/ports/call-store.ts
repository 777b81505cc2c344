import type { CallCriteria } from "../domain/call/call-criteria.ts";
import type { CallBodies, CallFacts, CallRecord } from "../domain/call/call-record.ts";

/** What to list. */
export interface CallFilter extends CallCriteria {
  readonly limit: number;
}

/** Where recorded calls are kept. Lists never load bodies. */
export interface CallStore {
  /** A call in the form in which it waits for `append`, where that is not the call itself: reads the same. */
  hold?(call: CallRecord): CallRecord;
  /** Stores a batch; a call whose id is already there is left as it is. */
  append(calls: readonly CallRecord[]): Promise<void>;
  /** Newest first. */
  list(filter: CallFilter): Promise<readonly CallFacts[]>;
  facts(id: string): Promise<CallFacts | null>;
  /** Bytes that have expired or were dropped are `null`. */
  bodies(id: string): Promise<CallBodies | null>;
  /**
   * Deletes bodies whose days have passed, and whole calls that are older than `retainFactsDays` full days; returns
   * how many pieces went (packs, or calls where there are none). `now` is epoch milliseconds.
   */
  expire(now: number, retainFactsDays: number): Promise<number>;
}
