import { createMemoryBacktestStore } from "./memory-backtest-store.ts";
import { createMemoryBudgetBank } from "./memory-budget-bank.ts";
import { createMemoryCallIndex } from "./memory-call-index.ts";
import { createMemoryCallStore } from "./memory-call-store.ts";
import { createMemoryChangeMarks } from "./memory-change-marks.ts";
import { createMemoryChangeStore } from "./memory-change-store.ts";
import { createMemoryConsoleStore } from "./memory-console-store.ts";
import { createMemoryEvidenceJournal } from "./memory-evidence-journal.ts";
import { createMemoryFeedbackStore } from "./memory-feedback-store.ts";
import { createMemoryFlagStore } from "./memory-flag-store.ts";
import { createMemoryFreezeStore } from "./memory-freeze-store.ts";
import { createMemoryGateRunStore } from "./memory-gate-run-store.ts";
import { createMemoryAlertOutbox } from "./memory-alert-outbox.ts";
import { createMemoryAlertStore } from "./memory-alert-store.ts";
import { createMemorySpanStore } from "./memory-span-store.ts";
import { createMemoryNoticeStore } from "./memory-notice-store.ts";
import { createMemorySightingBoard } from "./memory-sighting-board.ts";
import { createMemorySilenceStore } from "./memory-silence-store.ts";
import { createMemoryIncidentStore } from "./memory-incident-store.ts";
import { createMemoryKeyStore } from "./memory-key-store.ts";
import { createMemoryMeaningStore } from "./memory-meaning-store.ts";
import { createMemoryPauseStore } from "./memory-pause-store.ts";
import { createMemoryPipelineStore } from "./memory-pipeline-store.ts";
import { createMemoryProjectStore } from "./memory-project-store.ts";
import { createMemoryProofStore } from "./memory-proof-store.ts";
import { createMemoryReleaseStore } from "./memory-release-store.ts";
import { createMemoryReportLog } from "./memory-report-log.ts";
import { createMemoryResponseStore } from "./memory-response-store.ts";
import { createMemorySeriesStore } from "./memory-series-store.ts";
import { createMemoryServerKeyStore } from "./memory-server-key-store.ts";
import { createMemoryShadowStore } from "./memory-shadow-store.ts";
import { createMemorySpendStore } from "./memory-spend-store.ts";
import { createMemoryRolloutStore } from "./memory-rollout-store.ts";
import { createMemoryVersionStore } from "./memory-version-store.ts";

/** Calls kept in memory. */
const CALLS = 10_000;

/** Pieces of feedback kept in memory. */
const FEEDBACK = 10_000;

/** Responses kept in memory. */
const RESPONSES = 1_000;

/** Traces of applications kept in memory. */
const TRACES = 1_000;

/** Messages to people kept in memory. */
const NOTICES = 10_000;

/** Pairs of shadow stages kept in memory, some 600 bytes each. */
const SHADOW_PAIRS = 100_000;

/** Changes without a record of their own kept in memory. */
const CHANGES = 10_000;

/** Rows of spend kept in memory. */
const SPEND_ROWS = 50_000;

/** Cells of series kept in memory, some 2 KB each. */
const SERIES_CELLS = 20_000;

/** Entries of evidence kept in memory, some 300 bytes each. */
const JOURNAL_ENTRIES = 200_000;

/** What remembered questions take in memory, bytes. */
const MEANING_BYTES = 64 * 1024 * 1024;

/** Every store in memory: nothing survives the process. */
export const openMemoryStores = () => {
  const journal = createMemoryEvidenceJournal(JOURNAL_ENTRIES);
  const versions = createMemoryVersionStore();
  const calls = createMemoryCallStore(CALLS);
  const stores = {
    kind: "memory" as const,
    releases: createMemoryReleaseStore((release) => versions.pin(release)),
    versions,
    rollouts: createMemoryRolloutStore(),
    journal,
    calls,
    callIndex: createMemoryCallIndex(() => calls.all()),
    feedback: createMemoryFeedbackStore(FEEDBACK),
    keys: createMemoryKeyStore(),
    pauses: createMemoryPauseStore(),
    freezes: createMemoryFreezeStore(),
    gateRuns: createMemoryGateRunStore(),
    notices: createMemoryNoticeStore(NOTICES),
    spans: createMemorySpanStore(TRACES),
    alerts: createMemoryAlertStore(NOTICES),
    alertOutbox: createMemoryAlertOutbox(NOTICES),
    silences: createMemorySilenceStore(NOTICES),
    sightings: createMemorySightingBoard(NOTICES),
    flags: createMemoryFlagStore(),
    spend: createMemorySpendStore(SPEND_ROWS),
    series: createMemorySeriesStore(SERIES_CELLS),
    projects: createMemoryProjectStore(),
    pipelines: createMemoryPipelineStore(),
    responses: createMemoryResponseStore(RESPONSES),
    budgets: createMemoryBudgetBank(),
    meanings: createMemoryMeaningStore(MEANING_BYTES),
    proofs: createMemoryProofStore(),
    backtests: createMemoryBacktestStore(() => performance.now()),
    serverKeys: createMemoryServerKeyStore(),
    shadows: createMemoryShadowStore(SHADOW_PAIRS),
    changes: createMemoryChangeStore(CHANGES),
    consoleSessions: createMemoryConsoleStore(),
    incidents: createMemoryIncidentStore(),
    reports: createMemoryReportLog(),
    // Nothing of it is on a disk.
    storage: { measure: async () => [] },
    board: null,
    turns: null,
    forgottenEvidence: () => journal.forgotten(),
    ready: async () => true,
    close: async () => {},
  };
  return { ...stores, marks: createMemoryChangeMarks(stores) };
};
