import type { PausableCall, Pause } from "../domain/access/pause.ts";

/** The pauses in force, in memory: whether a call may pass never waits for a database. */
export interface Pauses {
  /** The widest pause that a call falls under. */
  about(call: PausableCall): Pause | undefined;
  /** Whether anything is paused at all. */
  readonly isEmpty: boolean;
  /** All of them. */
  all(): readonly Pause[];
  /** Replaces all at once. */
  replace(pauses: readonly Pause[]): void;
}
