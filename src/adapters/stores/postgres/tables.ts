import type { ColumnType, Generated } from "kysely";

/** Stored as JSON text; read back parsed. */
type Stored<T> = ColumnType<T, string, string>;

interface ReleaseTable {
  readonly id: string;
  readonly endpoint: string;
  readonly number: number;
  readonly digest: string;
  readonly content: Stored<unknown>;
  readonly created_at: number;
  readonly author: string;
}

interface ChannelTable {
  readonly endpoint: string;
  readonly environment: string;
  readonly stable: string;
  readonly epoch: number;
  readonly rollout_id: string | null;
}

interface RolloutTable {
  readonly id: string;
  /** Order of creation. */
  readonly position: Generated<number>;
  readonly endpoint: string;
  readonly environment: string;
  readonly phase: string;
  readonly terminal: boolean;
  /** Started and not ended: a channel has at most one of these. */
  readonly occupies: boolean;
  readonly seq: number;
  readonly last_hash: string;
  readonly created_at: number;
  readonly snapshot: Stored<unknown>;
}

interface RolloutEventTable {
  readonly rollout_id: string;
  readonly seq: number;
  /** On the first event of its decision. */
  readonly idempotency_key: string | null;
  readonly hash: string;
  readonly event: Stored<unknown>;
}

interface EvidenceJournalTable {
  readonly rollout_id: string;
  readonly replica_id: string;
  readonly batch: number;
  /** JSON of the entries, zstd. */
  readonly entries: Buffer;
}

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
}

interface ProjectTable {
  readonly id: Generated<number>;
  readonly environment: string;
  readonly files: Stored<Readonly<Record<string, string>>>;
  readonly applied_at: number;
  readonly author: string;
}

/** Calls from before packs said what they hold; nothing is written here any more. Partitioned by ranges of `id`. */
interface CallTable {
  readonly id: string;
  readonly at: number;
  readonly endpoint: string | null;
  readonly release: string | null;
  readonly arm: string | null;
  readonly rollout_id: string | null;
  readonly session: string | null;
  readonly outcome: string;
  /** Where everything else is: a row of `fact_packs` of the day of `id`, and the line in it. */
  readonly pack: string;
  readonly line: number;
}

/** Partitioned by `day`: for facts the day of the calls, for bodies the day on which they expire. */
interface PackTable {
  /** Days since 1970-01-01 UTC. */
  readonly day: number;
  /** Made from the contents: the same pack has the same id. */
  readonly id: string;
  readonly raw_bytes: number;
  /** zstd. */
  readonly data: Buffer;
}

/** Everything of a call but its bytes is a line of such a pack. */
interface FactPackTable extends PackTable {
  /** Times in the ids of the first and the last call; these four are `null` in packs whose calls are rows of `calls`. */
  readonly first_ms: number | null;
  readonly last_ms: number | null;
  /** One per line, see `tagOf`. */
  readonly tags: readonly number[] | null;
  /** By the clock of the database, epoch microseconds. */
  readonly written_us: Generated<number | null>;
}

/** By what the calls of a pack can be found; partitioned by `day`, which is the pack's. */
interface CallMarkTable {
  readonly day: number;
  readonly mark: string;
  /** As in the pack. */
  readonly last_ms: number;
  readonly pack: string;
}

interface ResponseTable {
  readonly id: string;
  readonly key_id: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly raw_bytes: number;
  /** zstd. */
  readonly data: Buffer;
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

interface MigrationTable {
  readonly number: number;
  readonly name: string;
  readonly applied_at: Generated<Date>;
}

/** The tables as the newest migration leaves them. Times are epoch milliseconds. */
export interface Tables {
  readonly releases: ReleaseTable;
  readonly channels: ChannelTable;
  readonly rollouts: RolloutTable;
  readonly rollout_events: RolloutEventTable;
  readonly evidence_journal: EvidenceJournalTable;
  readonly keys: KeyTable;
  readonly projects: ProjectTable;
  readonly calls: CallTable;
  readonly fact_packs: FactPackTable;
  readonly call_marks: CallMarkTable;
  readonly body_packs: PackTable;
  readonly responses: ResponseTable;
  readonly pauses: PauseTable;
  readonly migrations: MigrationTable;
}
