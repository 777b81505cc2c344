import type { ColumnType, Generated } from "kysely";
import type { AlertTables } from "./alert-tables.ts";
import type { CallTables } from "./call-tables.ts";
import type { ConsoleTables } from "./console-tables.ts";
import type { IncidentTables } from "./incident-tables.ts";
import type { RolloutTables } from "./rollout-tables.ts";
import type { TraceTables } from "./trace-tables.ts";

type Stored<T> = ColumnType<T, string, string>;

interface KeyTable {
  readonly id: string;
  readonly position: Generated<number>;
  readonly name: string;
  readonly scopes: Stored<readonly string[]>;
  readonly endpoints: ColumnType<readonly string[] | null, string | null, string | null>;
  readonly secret_hash: string;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
  readonly tenant: string | null;
  readonly roles: ColumnType<readonly string[] | null, string | null, string | null>;
  /** `null` is the server's own. */
  readonly environment: string | null;
}

interface ProjectTable {
  readonly id: Generated<number>;
  readonly environment: string;
  readonly files: Stored<Readonly<Record<string, string>>>;
  readonly applied_at: number;
  readonly author: string;
  readonly is_own: boolean;
  readonly origin: ColumnType<unknown, string | null, string | null>;
}

interface PauseTable {
  readonly id: string;
  readonly position: Generated<number>;
  /** `everything`, or the type and the name with a space between. */
  readonly subject: string;
  readonly reason: string;
  readonly opened_by: string;
  readonly opened_at: number;
  readonly lifted_at: number | null;
  readonly lifted_by: string | null;
  readonly lifted_reason: string | null;
  /** Name of the rule that did it; `null` where a person did. */
  readonly rule: string | null;
  readonly rule_outcome: string | null;
  readonly rule_until: number | null;
}

interface FlagKillTable {
  readonly id: string;
  readonly position: Generated<number>;
  readonly environment: string;
  readonly flag: string;
  readonly reason: string;
  readonly killed_by: string;
  readonly killed_at: number;
  readonly restored_at: number | null;
  readonly restored_by: string | null;
  readonly restored_reason: string | null;
}

interface FlagDefinitionTable {
  readonly environment: string;
  readonly flag: string;
  readonly digest: string;
  readonly since: number;
}

interface FlagCountTable {
  readonly environment: string;
  readonly flag: string;
  readonly variant: string;
  readonly evaluations: number;
  readonly first_at: number;
  readonly last_at: number;
}

interface FreezeTable {
  readonly id: string;
  readonly position: Generated<number>;
  /** `everything`, or the type, the environment and the endpoint with spaces between. */
  readonly subject: string;
  readonly reason: string;
  readonly opened_by: string;
  readonly opened_at: number;
  readonly until: number | null;
  readonly lifted_at: number | null;
  readonly lifted_by: string | null;
  readonly lifted_reason: string | null;
}

interface MigrationTable {
  readonly number: number;
  readonly name: string;
  readonly applied_at: Generated<Date>;
}

/** The tables as the newest migration leaves them. Times are epoch milliseconds. */
export interface Tables extends AlertTables, CallTables, ConsoleTables, IncidentTables, RolloutTables, TraceTables {
  readonly keys: KeyTable;
  readonly projects: ProjectTable;
  readonly pauses: PauseTable;
  readonly flag_kills: FlagKillTable;
  readonly flag_definitions: FlagDefinitionTable;
  readonly flag_counts: FlagCountTable;
  readonly freezes: FreezeTable;
  readonly migrations: MigrationTable;
}
