/** A person's agreement to a gate. */
export interface Approval {
  readonly keyId: string;
  /** Name of the key. */
  readonly by: string;
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** How a gate that was asked stands. `waiting` covers what runs and what somebody or something else must end. */
export type GateStanding = "waiting" | "passed" | "failed" | "expired";

/** One gate at one step of a rollout, as its log tells it. A gate that was not asked yet has no state. */
export interface GateState {
  readonly gate: string;
  /** Index of the step that it stands before; -1 before the start, the number of steps after the switch. */
  readonly step: number;
  /** Counts from 1; every retry is a new attempt. */
  readonly attempt: number;
  readonly standing: GateStanding;
  /** What it waits for, or why it ended so. */
  readonly detail: string;
  /** Where more can be read. */
  readonly url: string | null;
  /** When this attempt was asked, epoch milliseconds. */
  readonly since: number;
  /** When it was decided, epoch milliseconds; `null` while it waits. */
  readonly decidedAt: number | null;
  readonly approvals: readonly Approval[];
}

/** One attempt of a gate. */
export interface GateAttempt {
  readonly gate: string;
  readonly step: number;
  readonly attempt: number;
}

/** What became of an attempt that something outside of the machine ran: a command, a web server, a backtest. */
export interface GateRunResult extends GateAttempt {
  readonly standing: Exclude<GateStanding, "waiting">;
  readonly detail: string;
  readonly url: string | null;
}
