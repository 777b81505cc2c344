import type { AlertStep } from "../domain/alerts/step-alert.ts";
import type { Acknowledgement, Alert, AlertTransition } from "../domain/alerts/alert.ts";

/** Which transitions are asked for. */
export interface TransitionQuery {
  /** Only those with a greater `seq`; 0 is from the beginning. */
  readonly since: number;
  /** Absent is all environments. */
  readonly environment?: string;
  readonly fingerprint?: string;
  /** Absent is oldest first. */
  readonly newestFirst?: boolean;
  readonly limit: number;
}

/** Alerts of a rule that are over, in one environment, but for the `newest` so many. */
export interface OverAlerts {
  readonly environment: string;
  readonly rule: string;
  readonly newest: number;
}

/**
 * Alerts as they stand and everything that has happened to them. A transition is appended by compare-and-set on the
 * alert's version, so that of two servers that both evaluate one wins; and transitions become visible in the order of
 * their `seq`, so that a reader who goes on from the last one he saw misses none.
 */
export interface AlertStore {
  /** Every alert of an environment that was ever anything but ok and is not forgotten. */
  states(environment: string): Promise<readonly Alert[]>;
  /** Those that fire now, the longest first. Absent is all environments. */
  firing(environment?: string): Promise<readonly Alert[]>;
  byFingerprint(fingerprint: string): Promise<Alert | null>;
  /** Appends changes, each for itself; answers those that were appended. One whose version is taken already is left out. */
  append(changes: readonly AlertStep[]): Promise<readonly AlertTransition[]>;
  /** Renews what alerts rest on and say that fire or wait to. It is no change of theirs: one that has changed since is left as it is. */
  renew(alerts: readonly Alert[]): Promise<void>;
  transitions(query: TransitionQuery): Promise<readonly AlertTransition[]>;
  /**
   * Notes who has seen a firing alert; the first one stays. `null` where there is no such alert or it fires no longer in
   * this episode.
   */
  acknowledge(fingerprint: string, episode: number, by: Acknowledgement): Promise<Alert | null>;
  /**
   * Forgets transitions before this time (epoch ms), and alerts that have been ok or resolved since before it. With `only`
   * no transitions, and of the alerts those of one rule in one environment, but for the newest that are over.
   */
  expire(before: number, only?: OverAlerts): Promise<void>;
}
