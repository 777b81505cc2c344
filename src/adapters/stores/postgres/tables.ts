import type { ColumnType, Generated } from "kysely";
import type { AlertTables } from "./alert-tables.ts";
import type { ConsoleTables } from "./console-tables.ts";
import type { IncidentTables } from "./incident-tables.ts";
import type { TraceTables } from "./trace-tables.ts";

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
  readonly roles: ColumnType<readonly string[] | null, string | null, string | null>;
  /** `null` is the server's own. */
  readonly environment: string | null;
}

interface PartVersionTable {
  readonly kind: string;
  readonly name: string;
  readonly number: number;
  readonly digest: string;
  readonly content: Stored<unknown>;
  readonly created_at: number;
}

interface ReleasePartTable {
  readonly release_id: string;
  readonly position: number;
  readonly kind: string;
  readonly name: string;
  readonly number: number;
  readonly digest: string;
}

interface ReleaseOriginTable {
  /** Order of writing. */
  readonly position: Generated<number>;
  readonly release_id: string;
  readonly environment: string;
  readonly origin: ColumnType<unknown, string | null, string | null>;
  readonly parent: string | null;
  readonly at: number;
  readonly noted_by: string;
  readonly reason: string | null;
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

interface PipelineReportTable {
  /** Order of writing. */
  readonly position: Generated<number>;
  readonly release_id: string;
  readonly environment: string;
  readonly stage: string;
  readonly state: string;
  readonly at: number;
  readonly reported_by: string;
  readonly note: string | null;
  readonly url: string | null;
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

/** Packs of facts whose calls are in no segment yet. */
interface CallIndexQueueTable {
  readonly day: number;
  readonly pack: string;
  readonly first_ms: number;
  readonly last_ms: number;
}

/** Some columns of calls of one day, by which they are found; see `call-index/`. Partitioned by `day`. */
interface CallSegmentTable {
  readonly day: number;
  readonly id: string;
  readonly first_ms: number;
  readonly last_ms: number;
  readonly calls: number;
  /** JSON, zstd. */
  readonly head: Buffer;
}

/** Partitioned by `day`: for columns that of the calls, for texts that on which they expire. */
interface CallSegmentPartTable {
  readonly day: number;
  readonly segment: string;
  readonly part: number;
  readonly raw_bytes: number;
  /** zstd. */
  readonly data: Buffer;
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

/** Order of arrival by `position`; what has the same owner, id and part was said once. */
export interface FeedbackTable {
  readonly position: Generated<number>;
  readonly owner: string;
  readonly id: string;
  readonly part: number;
  readonly at: number;
  readonly kind: string;
  readonly key_id: string;
  readonly call_id: string | null;
  readonly session: string | null;
  readonly endpoint: string | null;
  readonly environment: string;
  readonly release: string | null;
  readonly rollout_id: string | null;
  readonly arm: string | null;
  readonly item: Stored<unknown>;
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

interface GateRunTable {
  readonly rollout_id: string;
  readonly gate: string;
  readonly step: number;
  readonly attempt: number;
  /** The replica that runs it. */
  readonly holder: string;
  readonly held_until: number;
  readonly starts: number;
  readonly began_at: number;
  readonly ended_at: number | null;
  readonly standing: string | null;
  readonly detail: string | null;
  readonly url: string | null;
  readonly output: string | null;
}

interface NoticeTable {
  readonly id: string;
  readonly position: Generated<number>;
  readonly rollout_id: string;
  readonly name: string;
  readonly event: string;
  readonly body: Stored<unknown>;
  readonly tries: number;
  readonly due_at: number;
  readonly sent_at: number | null;
  readonly given_up_at: number | null;
  readonly trouble: string | null;
}

interface BacktestTable {
  readonly id: string;
  readonly position: Generated<number>;
  readonly endpoint: string;
  readonly environment: string;
  /** Ids of releases. */
  readonly candidate: string;
  readonly baseline: string;
  readonly state: string;
  /** JSON of what was frozen when it was planned. */
  readonly plan: string;
  readonly started_at: number | null;
  readonly stop_asked_by: string | null;
  readonly ended_at: number | null;
  /** JSON of how it ended and what it found. */
  readonly ended: string | null;
}

interface BacktestSessionTable {
  readonly backtest: string;
  readonly position: number;
  readonly state: string;
  /** An integer as text: it may be larger than a bigint. */
  readonly spent_pico: string;
  /** JSON. */
  readonly session: string;
}

interface ShadowPairTable {
  readonly rollout_id: string;
  readonly position: number;
  readonly at: number;
  readonly session: string;
  readonly pair: Stored<unknown>;
}

interface MigrationTable {
  readonly number: number;
  readonly name: string;
  readonly applied_at: Generated<Date>;
}

/** The tables as the newest migration leaves them. Times are epoch milliseconds. */
export interface Tables extends AlertTables, ConsoleTables, IncidentTables, TraceTables {
  readonly releases: ReleaseTable;
  readonly part_versions: PartVersionTable;
  readonly release_parts: ReleasePartTable;
  readonly release_origins: ReleaseOriginTable;
  readonly channels: ChannelTable;
  readonly pipeline_reports: PipelineReportTable;
  readonly rollouts: RolloutTable;
  readonly rollout_events: RolloutEventTable;
  readonly evidence_journal: EvidenceJournalTable;
  readonly keys: KeyTable;
  readonly projects: ProjectTable;
  readonly calls: CallTable;
  readonly fact_packs: FactPackTable;
  readonly call_marks: CallMarkTable;
  readonly body_packs: PackTable;
  readonly call_index_queue: CallIndexQueueTable;
  readonly call_segments: CallSegmentTable;
  readonly call_segment_parts: CallSegmentPartTable;
  readonly call_texts: CallSegmentPartTable;
  readonly responses: ResponseTable;
  readonly feedback: FeedbackTable;
  readonly pauses: PauseTable;
  readonly flag_kills: FlagKillTable;
  readonly flag_definitions: FlagDefinitionTable;
  readonly flag_counts: FlagCountTable;
  readonly freezes: FreezeTable;
  readonly gate_runs: GateRunTable;
  readonly notices: NoticeTable;
  readonly backtests: BacktestTable;
  readonly backtest_sessions: BacktestSessionTable;
  readonly shadow_pairs: ShadowPairTable;
  readonly migrations: MigrationTable;
}
