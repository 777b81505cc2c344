import type { FlagKill } from "../domain/flags/flag-kill.ts";
import type { FlagCount } from "../domain/flags/flag-tally.ts";

/** A flag in an environment. */
export interface FlagName {
  readonly environment: string;
  readonly flag: string;
}

/** What the store knows of a flag. Times are epoch milliseconds. */
export interface FlagRecord {
  readonly flag: string;
  /** Since when it has had its present definition. */
  readonly since: number;
  /** Evaluations by variant, on all replicas. */
  readonly counts: readonly Omit<FlagCount, "flag">[];
}

/** What people change about flags at night, and what is known of their use. The flags themselves stand in the project. */
export interface FlagStore {
  /** Throws a kill switch; answers the one in force where it was thrown already. */
  kill(kill: FlagKill): Promise<FlagKill>;
  /** Restores a flag; `null` when it was not killed. */
  restore(name: FlagName, restored: NonNullable<FlagKill["restored"]>): Promise<FlagKill | null>;
  /** Newest first; `inForce` leaves out those that were restored, `environment` and `flag` those of others. */
  kills(filter: {
    readonly inForce: boolean;
    readonly limit: number;
    readonly environment?: string;
    readonly flag?: FlagName;
  }): Promise<readonly FlagKill[]>;
  /** Notes the definitions in force by their digests: one that differs is new at `at`. What is known of other flags of the environment is forgotten. */
  define(environment: string, digests: ReadonlyMap<string, string>, at: number): Promise<void>;
  /** Adds evaluations. */
  add(environment: string, counts: readonly FlagCount[]): Promise<void>;
  /** Every flag that is defined in an environment, by name. */
  records(environment: string): Promise<readonly FlagRecord[]>;
}
