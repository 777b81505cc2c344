import type { Reading } from "../evidence/evidence.ts";

/** What one look at a rollout saw. */
export interface Observation {
  /**
   * Observed time that is not in the log yet, milliseconds: outages are not in it (the caller caps each
   * look). The caller adds up its looks until a decision carries a `TimeObserved`, then begins again at 0.
   */
  readonly observedMs: number;
  /** `union.crossed` means ever, not now: harm that was proven once stays proven. The caller latches it. */
  readonly reading: Reading;
  readonly evidenceHash: string;
  /** Sessions assigned on the present step, both arms. */
  readonly stepSessions: number;
  /** Milliseconds since the last final outcome or the step began. */
  readonly quietMs: number;
  /** Every live replica serves `rollout.epoch`. */
  readonly routesAcked: boolean;
  readonly frozen: boolean;
  /** The candidate's model and tools can still be reached. */
  readonly candidateResolvable: boolean;
  /** The stable arm still answers (not failing altogether). */
  readonly controlHealthy: boolean;
  /** The epoch to use if this decision changes routing. */
  readonly nextEpoch: number;
  /** The channel's stable release id now. */
  readonly channelStable: string;
  /** No other rollout of the channel has started and not ended. */
  readonly channelFree: boolean;
}
