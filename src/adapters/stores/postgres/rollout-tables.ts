import type { ColumnType, Generated } from "kysely";

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

interface ShadowPairTable {
  readonly rollout_id: string;
  readonly position: number;
  readonly at: number;
  readonly session: string;
  readonly pair: Stored<unknown>;
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

/** Tables of releases and their rollouts. */
export interface RolloutTables {
  readonly releases: ReleaseTable;
  readonly part_versions: PartVersionTable;
  readonly release_parts: ReleasePartTable;
  readonly release_origins: ReleaseOriginTable;
  readonly channels: ChannelTable;
  readonly pipeline_reports: PipelineReportTable;
  readonly rollouts: RolloutTable;
  readonly rollout_events: RolloutEventTable;
  readonly evidence_journal: EvidenceJournalTable;
  readonly gate_runs: GateRunTable;
  readonly notices: NoticeTable;
  readonly backtests: BacktestTable;
  readonly backtest_sessions: BacktestSessionTable;
  readonly shadow_pairs: ShadowPairTable;
}
