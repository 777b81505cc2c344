import type { FlagKill } from "../domain/flags/flag-kill.ts";

/** The kill switches in force, in memory: an evaluation never waits for a database. */
export interface FlagSwitches {
  /** What killed a flag of an environment; `undefined` where nothing did. */
  about(environment: string, flag: string): FlagKill | undefined;
  /** Replaces all at once. */
  replace(kills: readonly FlagKill[]): void;
}
