import type { BudgetBank } from "../../../ports/budget-bank.ts";
import type { CallIndex } from "../../../ports/call-index.ts";
import type { CallStore } from "../../../ports/call-store.ts";
import type { EvidenceJournal } from "../../../ports/evidence-journal.ts";
import type { FeedbackStore } from "../../../ports/feedback-store.ts";
import type { KeyStore } from "../../../ports/key-store.ts";
import type { FlagStore } from "../../../ports/flag-store.ts";
import type { FreezeStore } from "../../../ports/freeze-store.ts";
import type { GateRunStore } from "../../../ports/gate-run-store.ts";
import type { AlertOutbox } from "../../../ports/alert-outbox.ts";
import type { AlertStore } from "../../../ports/alert-store.ts";
import type { SpanStore } from "../../../ports/span-store.ts";
import type { NoticeStore } from "../../../ports/notice-store.ts";
import type { SightingBoard } from "../../../ports/sighting-board.ts";
import type { SilenceStore } from "../../../ports/silence-store.ts";
import type { MeaningStore } from "../../../ports/meaning-store.ts";
import type { BacktestStore } from "../../../ports/backtest-store.ts";
import type { PipelineStore } from "../../../ports/pipeline-store.ts";
import type { ProofStore } from "../../../ports/proof-store.ts";
import type { ReplicaBoard } from "../../../ports/replica-board.ts";
import type { PauseStore } from "../../../ports/pause-store.ts";
import type { ProjectStore } from "../../../ports/project-store.ts";
import type { ReleaseStore } from "../../../ports/release-store.ts";
import type { ResponseStore } from "../../../ports/response-store.ts";
import type { ServerKeyStore } from "../../../ports/server-key-store.ts";
import type { ShadowStore } from "../../../ports/shadow-store.ts";
import type { SeriesStore } from "../../../ports/series-store.ts";
import type { SpendStore } from "../../../ports/spend-store.ts";
import type { RolloutStore } from "../../../ports/rollout-store.ts";
import type { ChangeMarks } from "../../../ports/change-marks.ts";
import type { ChangeStore } from "../../../ports/change-store.ts";
import type { ConsoleStore } from "../../../ports/console-store.ts";
import type { IncidentStore } from "../../../ports/incident-store.ts";
import type { StorageGauge } from "../../../ports/storage-gauge.ts";
import type { ReportLog } from "../../../ports/report-log.ts";
import type { ApplyTurns } from "../../../ports/apply-turns.ts";
import type { VersionStore } from "../../../ports/version-store.ts";
import { createPostgresCallIndex } from "./call-index/postgres-call-index.ts";
import { createCallWriter } from "./call-writer.ts";
import { chooseVectorSearch } from "./choose-vector-search.ts";
import { openDatabase } from "./database.ts";
import { databaseError } from "./database-error.ts";
import type { Database, DatabaseOptions } from "./database.ts";
import { pinOldReleases } from "./pin-parts.ts";
import { createPostgresApplyTurns } from "./postgres-apply-turns.ts";
import { createPostgresBudgetBank } from "./postgres-budget-bank.ts";
import { createPostgresCallStore } from "./postgres-call-store.ts";
import { createPostgresChangeMarks } from "./postgres-change-marks.ts";
import { createPostgresChangeStore } from "./postgres-change-store.ts";
import { createPostgresConsoleStore } from "./postgres-console-store.ts";
import { createPostgresEvidenceJournal } from "./postgres-evidence-journal.ts";
import { createPostgresFlagStore } from "./postgres-flag-store.ts";
import { createPostgresFreezeStore } from "./postgres-freeze-store.ts";
import { createPostgresGateRunStore } from "./postgres-gate-run-store.ts";
import { createPostgresAlertOutbox } from "./postgres-alert-outbox.ts";
import { createPostgresAlertStore } from "./postgres-alert-store.ts";
import { createPostgresSpanStore } from "./postgres-span-store.ts";
import { createPostgresNoticeStore } from "./postgres-notice-store.ts";
import { createPostgresSightingBoard } from "./postgres-sighting-board.ts";
import { createPostgresSilenceStore } from "./postgres-silence-store.ts";
import { createPostgresFeedbackStore } from "./postgres-feedback-store.ts";
import { createPostgresIncidentStore } from "./postgres-incident-store.ts";
import { createPostgresKeyStore } from "./postgres-key-store.ts";
import { createPostgresMeaningStore } from "./postgres-meaning-store.ts";
import type { VectorSearch } from "./postgres-meaning-store.ts";
import { createPostgresPauseStore } from "./postgres-pause-store.ts";
import { createPostgresPipelineStore } from "./postgres-pipeline-store.ts";
import { createPostgresProjectStore } from "./postgres-project-store.ts";
import { createPostgresBacktestStore } from "./postgres-backtest-store.ts";
import { createPostgresProofStore } from "./postgres-proof-store.ts";
import { createPostgresReleaseStore } from "./postgres-release-store.ts";
import { createPostgresReplicaBoard } from "./postgres-replica-board.ts";
import { createPostgresReportLog } from "./postgres-report-log.ts";
import { createPostgresResponseStore } from "./postgres-response-store.ts";
import { createPostgresSeriesStore } from "./postgres-series-store.ts";
import { createPostgresServerKeyStore } from "./postgres-server-key-store.ts";
import { createPostgresShadowStore } from "./postgres-shadow-store.ts";
import { createPostgresStorageGauge } from "./postgres-storage-gauge.ts";
import { createPostgresSpendStore } from "./postgres-spend-store.ts";
import { createPostgresRolloutStore } from "./postgres-rollout-store.ts";
import { createPostgresVersionStore } from "./postgres-version-store.ts";

/** Every store in one database. */
export interface PostgresStores extends Pick<Database, "kind" | "ready" | "close"> {
  readonly releases: ReleaseStore;
  readonly versions: VersionStore;
  readonly rollouts: RolloutStore;
  readonly journal: EvidenceJournal;
  readonly calls: CallStore;
  readonly callIndex: CallIndex;
  readonly feedback: FeedbackStore;
  readonly keys: KeyStore;
  readonly pauses: PauseStore;
  readonly flags: FlagStore;
  readonly freezes: FreezeStore;
  readonly gateRuns: GateRunStore;
  readonly notices: NoticeStore;
  readonly spans: SpanStore;
  readonly alerts: AlertStore;
  readonly alertOutbox: AlertOutbox;
  readonly silences: SilenceStore;
  readonly sightings: SightingBoard;
  readonly spend: SpendStore;
  readonly series: SeriesStore;
  readonly projects: ProjectStore;
  readonly pipelines: PipelineStore;
  readonly responses: ResponseStore;
  readonly budgets: BudgetBank;
  readonly meanings: MeaningStore;
  readonly proofs: ProofStore;
  readonly backtests: BacktestStore;
  readonly serverKeys: ServerKeyStore;
  readonly shadows: ShadowStore;
  readonly changes: ChangeStore;
  readonly marks: ChangeMarks;
  readonly consoleSessions: ConsoleStore;
  readonly incidents: IncidentStore;
  readonly reports: ReportLog;
  readonly storage: StorageGauge;
  /** Of a database that other servers use too; `null` for one of our own. */
  readonly board: ReplicaBoard | null;
  /** Who applies a project, among the servers of one database; `null` for one of our own. */
  readonly turns: ApplyTurns | null;
  /** What is written stays. */
  forgottenEvidence(): 0;
}

/** Opens a database and its stores. Throws like `openDatabase`. */
export async function openPostgresStores(options: DatabaseOptions): Promise<PostgresStores> {
  const database = await openDatabase(options);
  try {
    await pinOldReleases(database.db);
    return postgresStoresOn(database, await chooseVectorSearch(database.db));
  } catch (error) {
    await database.close();
    throw databaseError(error);
  }
}

/** The stores of an open database. */
export function postgresStoresOn(database: Database, search: VectorSearch): PostgresStores {
  const writer = createCallWriter({ address: database.address, limits: { ...database.limits, size: 1 } }, database);
  return {
    kind: database.kind,
    releases: createPostgresReleaseStore(database.db),
    versions: createPostgresVersionStore(database.db),
    rollouts: createPostgresRolloutStore(database.db),
    journal: createPostgresEvidenceJournal(database.db),
    calls: createPostgresCallStore(database.db, writer),
    callIndex: createPostgresCallIndex(database.db, writer),
    feedback: createPostgresFeedbackStore(database.db),
    keys: createPostgresKeyStore(database.db),
    pauses: createPostgresPauseStore(database.db),
    freezes: createPostgresFreezeStore(database.db),
    gateRuns: createPostgresGateRunStore(database.db),
    notices: createPostgresNoticeStore(database.db),
    spans: createPostgresSpanStore(database.db),
    alerts: createPostgresAlertStore(database.db),
    alertOutbox: createPostgresAlertOutbox(database.db),
    silences: createPostgresSilenceStore(database.db),
    sightings: createPostgresSightingBoard(database.db),
    flags: createPostgresFlagStore(database.db),
    spend: createPostgresSpendStore(database.db),
    series: createPostgresSeriesStore(database.db),
    projects: createPostgresProjectStore(database.db),
    pipelines: createPostgresPipelineStore(database.db),
    responses: createPostgresResponseStore(database.db),
    budgets: createPostgresBudgetBank(database.db, database.kind),
    meanings: createPostgresMeaningStore(database.db, search),
    proofs: createPostgresProofStore(database.db),
    backtests: createPostgresBacktestStore(database.db),
    serverKeys: createPostgresServerKeyStore(database.db),
    shadows: createPostgresShadowStore(database.db),
    changes: createPostgresChangeStore(database.db),
    marks: createPostgresChangeMarks(database.db),
    consoleSessions: createPostgresConsoleStore(database.db),
    incidents: createPostgresIncidentStore(database.db),
    reports: createPostgresReportLog(database.db),
    storage: createPostgresStorageGauge(database.db),
    board: database.kind === "server" ? createPostgresReplicaBoard(database.db) : null,
    turns: database.kind === "server" ? createPostgresApplyTurns(database.db) : null,
    forgottenEvidence: () => 0,
    ready: () => database.ready(),
    async close() {
      await writer.close();
      await database.close();
    },
  };
}
