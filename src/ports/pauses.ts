import type { PausableCall, Pause } from "../domain/access/pause.ts";

/** The pauses in force, in memory: whether a call may pass never waits for a database. */
export interface Pauses {
  /** The widest pause that a call falls under. */
  about(call: PausableCall): Pause | undefined;
  /** Whether no calls at all are refused. */
  readonly isEmpty: boolean;
  /** Models (`provider/model`) that calls of an endpoint go around; `undefined` where there are none. */
  around(endpoint: string): ReadonlySet<string> | undefined;
  /** All of them. */
  all(): readonly Pause[];
  /** Replaces all at once. */
  replace(pauses: readonly Pause[]): void;
}
