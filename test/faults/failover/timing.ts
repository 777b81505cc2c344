import type { Profile } from "../../fixtures/faulty-provider/profile.ts";

/** Limits that the gateway is configured with, and bounds that the checks hold it to, milliseconds. */
export interface Timing {
  /** For the first token of a stream and for a whole answer: the baseline for every system. */
  readonly requestMs: number;
  readonly idleMs: number;
  /** The deadline that all attempts of a call share. */
  readonly totalMs: number;
  /** The shorter limit on the first token in S07. */
  readonly lateFirstTokenMs: number;
  readonly probeEveryMs: number;
  /** The first wait before a retry is drawn from zero to this: a retry must come before the next call of S15. */
  readonly firstWaitMs: number;
  /** S15: time between two calls; a call is one of the outage if it is sent before its end. */
  readonly callEveryMs: number;
  readonly bounds: {
    readonly silence: number;
    readonly lateFirstToken: number;
    readonly stall: number;
    readonly recovery: number;
  };
}

/** The published comparison's limits, and shorter ones in the same proportion to the short faults. */
export const TIMINGS: Readonly<Record<Profile["name"], Timing>> = {
  full: {
    requestMs: 30_000,
    idleMs: 30_000,
    totalMs: 100_000,
    lateFirstTokenMs: 10_000,
    probeEveryMs: 15_000,
    firstWaitMs: 500,
    callEveryMs: 4_000,
    bounds: { silence: 100_000, lateFirstToken: 15_000, stall: 45_000, recovery: 30_000 },
  },
  fast: {
    requestMs: 4_000,
    idleMs: 2_000,
    totalMs: 20_000,
    lateFirstTokenMs: 1_500,
    probeEveryMs: 1_500,
    firstWaitMs: 50,
    callEveryMs: 400,
    bounds: { silence: 14_000, lateFirstToken: 3_000, stall: 5_500, recovery: 3_000 },
  },
};

/** Calls of S15. */
export const OUTAGE_CALLS = 20;
/** A call after a fault must be answered within this, milliseconds. */
export const ALIVE_LIMIT_MS = 10_000;
/** How much later than its deadline a call may end before it hangs, milliseconds. */
export const SLACK_MS = 3_000;
