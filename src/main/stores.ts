import type { ApplyTurns } from "../ports/apply-turns.ts";
import type { BacktestStore } from "../ports/backtest-store.ts";
import type { BudgetBank } from "../ports/budget-bank.ts";
import type { CallIndex } from "../ports/call-index.ts";
import type { CallStore } from "../ports/call-store.ts";
import type { ChangeMarks } from "../ports/change-marks.ts";
import type { ChangeStore } from "../ports/change-store.ts";
import type { ConsoleStore } from "../ports/console-store.ts";
import type { EvidenceJournal } from "../ports/evidence-journal.ts";
import type { FlagStore } from "../ports/flag-store.ts";
import type { FreezeStore } from "../ports/freeze-store.ts";
import type { GateRunStore } from "../ports/gate-run-store.ts";
import type { IncidentStore } from "../ports/incident-store.ts";
import type { AlertOutbox } from "../ports/alert-outbox.ts";
import type { AlertStore } from "../ports/alert-store.ts";
import type { NoticeStore } from "../ports/notice-store.ts";
import type { SightingBoard } from "../ports/sighting-board.ts";
import type { SilenceStore } from "../ports/silence-store.ts";
import type { FeedbackStore } from "../ports/feedback-store.ts";
import type { KeyStore } from "../ports/key-store.ts";
import type { ReplicaBoard } from "../ports/replica-board.ts";
import type { MeaningStore } from "../ports/meaning-store.ts";
import type { PauseStore } from "../ports/pause-store.ts";
import type { PipelineStore } from "../ports/pipeline-store.ts";
import type { ProjectStore } from "../ports/project-store.ts";
import type { ProofStore } from "../ports/proof-store.ts";
import type { ReleaseStore } from "../ports/release-store.ts";
import type { ResponseStore } from "../ports/response-store.ts";
import type { ServerKeyStore } from "../ports/server-key-store.ts";
import type { ShadowStore } from "../ports/shadow-store.ts";
import type { SeriesStore } from "../ports/series-store.ts";
import type { SpanStore } from "../ports/span-store.ts";
import type { SpendStore } from "../ports/spend-store.ts";
import type { ReportLog } from "../ports/report-log.ts";
import type { StorageGauge } from "../ports/storage-gauge.ts";
import type { RolloutStore } from "../ports/rollout-store.ts";
import type { VersionStore } from "../ports/version-store.ts";
import type { Valkey } from "../ports/valkey.ts";
import type { WithdrawalNotes } from "../ports/withdrawal-notes.ts";

/** Everything durable, whatever keeps it. */
export interface Stores {
  readonly kind: "embedded" | "server" | "memory";
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
  /** Spans that applications send. */
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
  /** How far everything has come that people look at. */
  readonly marks: ChangeMarks;
  readonly consoleSessions: ConsoleStore;
  readonly incidents: IncidentStore;
  readonly reports: ReportLog;
  readonly storage: StorageGauge;
  /** Where the servers of one database meet; `null` where there is one server only. */
  readonly board: ReplicaBoard | null;
  /** Who applies a project, among the servers of one database; `null` where there is one server only. */
  readonly turns: ApplyTurns | null;
  /** Hot state that the replicas share; absent for a process that shares none. */
  readonly valkey?: Valkey;
  /** Absent where there is no directory of this process's own. */
  readonly notes?: WithdrawalNotes;
  /** Entries of the evidence journal that were taken and not kept, where room is bounded. */
  forgottenEvidence(): number;
  ready(): Promise<boolean>;
  close(): Promise<void>;
}
