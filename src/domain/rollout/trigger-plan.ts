/**
 * A classic trigger: a number of the candidate against a threshold over a window, as other tools have it. It alarms for
 * nothing now and then, more often the more one looks; the evidence decides beside it all the same.
 */
export interface TriggerPlan {
  readonly measure: "errors" | "latency" | "cost";
  /**
   * Compared with it: an absolute value (share of failed sessions, mean milliseconds, mean pico-dollars of a session), or
   * how many times the value of stable over the same window.
   */
  readonly above:
    | { readonly type: "value"; readonly value: number }
    | { readonly type: "times"; readonly times: number };
  /** Sessions that were assigned within this time, milliseconds. */
  readonly withinMs: number;
  /** Fewer sessions of the candidate, or of stable where it is compared with, say nothing. */
  readonly leastSessions: number;
  readonly action: "hold" | "rollback";
}

/** A trigger that has fired, in its own units. */
export interface TriggerFiring {
  /** Index in `plan.triggers`. */
  readonly trigger: number;
  /** The candidate's value. */
  readonly value: number;
  /** What it is above. */
  readonly limit: number;
  readonly sessions: number;
}
