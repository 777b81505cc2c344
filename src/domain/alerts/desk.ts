import type { TellingAlert } from "./delivery.ts";

/** An alert within a group. */
export interface GroupMember extends TellingAlert {
  readonly rule: string;
  readonly episode: number;
  /** What is said of its end; absent while it fires. */
  readonly over?: string;
  /** Whether a message said that it fires. */
  readonly isTold: boolean;
  /** How often it is told again, ms; `null` is never. */
  readonly renotifyMs: number | null;
}

/** What one notifier knows of one trouble: the alerts of one endpoint, or of the server, that it is told of. */
export interface AlertGroup {
  readonly notifier: string;
  /** The endpoint; empty for what is about none. */
  readonly subject: string;
  /** Tells troubles of the same subject apart; notifiers that are told of the same trouble have the same. */
  readonly number: number;
  readonly members: readonly GroupMember[];
  /** When the next message goes out, epoch ms; `null` while nothing waits to be told. */
  readonly flushAt: number | null;
  /** When it was told first and last, epoch ms; `null`: not yet. */
  readonly firstToldAt: number | null;
  readonly toldAt: number | null;
  readonly acknowledgedBy: string | null;
  /** Whether others were told since nobody acknowledged, or this one is among them. */
  readonly isEscalated: boolean;
}

/** What is known of who was told what, in one environment. */
export interface AlertDesk {
  readonly environment: string;
  readonly version: number;
  /** The last transition that was taken in. */
  readonly cursor: number;
  /** When rules were evaluated last, epoch ms. */
  readonly evaluatedAt: number | null;
  readonly nextNumber: number;
  readonly groups: readonly AlertGroup[];
  /** The last event told of each rollout, by its id; the newest 200. */
  readonly changes: readonly (readonly [rolloutId: string, seq: number])[];
}

/** Nobody has been told anything. */
export const emptyDesk = (environment: string): AlertDesk => ({
  environment,
  version: 0,
  cursor: 0,
  evaluatedAt: null,
  nextNumber: 1,
  groups: [],
  changes: [],
});
