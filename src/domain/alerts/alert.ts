import type { Severity } from "./alert-rule.ts";
import type { AlertReading } from "./signal.ts";

/**
 * Where an alert is. `ok`: nothing is wrong, or nothing is known. `pending`: wrong, but not for long enough. `firing`:
 * somebody is told. `resolved`: it fired and is over.
 */
export type AlertStatus = "ok" | "pending" | "firing" | "resolved";

/** What an alert is about. Two alerts are the same if rule, environment and labels are. */
export interface AlertIdentity {
  /** 16 hex digits of SHA-256 over environment, rule and subject. */
  readonly fingerprint: string;
  readonly rule: string;
  /** What is about the server as a whole belongs to its own environment. */
  readonly environment: string;
  /** `null`: about no endpoint alone. */
  readonly endpoint: string | null;
  /**
   * Rule's labels with `alertname`, `severity`, `environment`, and what tells the subject: `endpoint`, `provider`,
   * `model`, `budget`, `rollout`, `release`. At most 32; what rules are silenced and grouped by.
   */
  readonly labels: Readonly<Record<string, string>>;
}

/** Somebody has seen it. */
export interface Acknowledgement {
  readonly at: number;
  readonly by: string;
  readonly note: string | null;
}

/** An alert as it stands. Times are epoch milliseconds. */
export interface Alert extends AlertIdentity {
  readonly severity: Severity;
  readonly status: AlertStatus;
  /** When it came to its status. */
  readonly since: number;
  /** When the trouble began: its first sign, at the latest the start of `pending`. `null` while it is `ok`. */
  readonly startedAt: number | null;
  /** Grows whenever it begins to fire; with the fingerprint it names one trouble. 0: never; of other systems it begins with the time. */
  readonly episode: number;
  /** Number of its last transition; the next one must be one more. */
  readonly version: number;
  /** What it rests on: while it fires or waits to that of the last evaluation, else when it came to its status; `null`: no numbers. */
  readonly reading: AlertReading | null;
  /** In a sentence for people, of the same time: "Errors of support-bot: 7.1 % (412 calls in 5 min, limit 5 %; at worst 9.3 %)." */
  readonly summary: string;
  readonly runbook: string | null;
  /** Of the episode under way; `null`: nobody yet. */
  readonly acknowledged: Acknowledgement | null;
}

/** A change of an alert's status, as it is kept for good. */
export interface AlertTransition extends AlertIdentity {
  /** Grows over all alerts in the order in which changes were written; assigned by the store. */
  readonly seq: number;
  /** The alert's version after it. */
  readonly version: number;
  readonly severity: Severity;
  readonly from: AlertStatus;
  readonly to: AlertStatus;
  /** When it happened: late news have an earlier time than those before them. */
  readonly at: number;
  readonly startedAt: number | null;
  readonly episode: number;
  readonly reading: AlertReading | null;
  readonly summary: string;
  readonly runbook: string | null;
}

/** What names one trouble: an alert's fingerprint and its episode. */
export const episodeKey = ({ fingerprint, episode }: Pick<Alert, "fingerprint" | "episode">): string =>
  `${fingerprint}:${episode}`;
