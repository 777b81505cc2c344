import type { ModelSpend } from "../domain/spend/spend.ts";
import type { SpendRow } from "../domain/spend/spend-book.ts";
import type { EnvironmentScope } from "../domain/traffic/environment-scope.ts";

/** What spend can be told apart by. */
export type SpendDimension = "hour" | "endpoint" | "model" | "key" | "user";

/** Which spend is added up. Hours are whole: `since` inclusive, `until` exclusive, epoch milliseconds. */
export interface SpendQuery {
  readonly since: number;
  readonly until: number;
  readonly by: readonly SpendDimension[];
  readonly endpoint?: string;
  /** Only endpoints whose names begin so; of the server's own environment they have no slash. Absent is all. */
  readonly scope?: EnvironmentScope;
  readonly keyId?: string;
  readonly user?: string;
  readonly limit: number;
}

/** A sum, with the dimensions that were asked for. */
export interface SpendSum {
  readonly hour?: number;
  readonly endpoint?: string;
  readonly model?: string;
  readonly key?: string;
  readonly user?: string;
  readonly spend: ModelSpend;
}

/** Which costs of many are added up at once. */
export interface CostQuery {
  /** Rising whole hours, epoch milliseconds: a stretch lies between each and the next. */
  readonly bounds: readonly number[];
  readonly by: readonly ("endpoint" | "key")[];
  /** Only these; absent is all. */
  readonly endpoints?: readonly string[];
  readonly keyIds?: readonly string[];
  /** As for sums. */
  readonly scope?: EnvironmentScope;
}

/** What one stretch has cost, with the dimensions that were asked for. */
export interface CostSum {
  /** Position of the bound that it begins at. */
  readonly stretch: number;
  readonly endpoint?: string;
  readonly key?: string;
  readonly costPico: bigint;
  /** The first hour in it of which anything is known, epoch milliseconds. */
  readonly oldest: number;
}

/** Spend by the hour of every replica. */
export interface SpendStore {
  /** Sets what a replica's rows have come to; writing the same twice changes nothing. */
  write(replicaId: string, rows: readonly SpendRow[]): Promise<void>;
  /** Sums, the dearest first. */
  sum(query: SpendQuery): Promise<readonly SpendSum[]>;
  /** Costs by stretches of time, in any order; none where nothing is known. One look at the hours, however many are asked for. */
  costs(query: CostQuery): Promise<readonly CostSum[]>;
  /** Deletes hours before `before` (epoch ms). */
  expire(before: number): Promise<void>;
}
