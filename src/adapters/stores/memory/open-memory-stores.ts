import { createMemoryBacktestStore } from "./memory-backtest-store.ts";
import { createMemoryBudgetBank } from "./memory-budget-bank.ts";
import { createMemoryCallStore } from "./memory-call-store.ts";
import { createMemoryEvidenceJournal } from "./memory-evidence-journal.ts";
import { createMemoryFeedbackStore } from "./memory-feedback-store.ts";
import { createMemoryFlagStore } from "./memory-flag-store.ts";
import { createMemoryFreezeStore } from "./memory-freeze-store.ts";
import { createMemoryGateRunStore } from "./memory-gate-run-store.ts";
import { createMemoryNoticeStore } from "./memory-notice-store.ts";
import { createMemoryKeyStore } from "./memory-key-store.ts";
import { createMemoryMeaningStore } from "./memory-meaning-store.ts";
import { createMemoryPauseStore } from "./memory-pause-store.ts";
import { createMemoryPipelineStore } from "./memory-pipeline-store.ts";
import { createMemoryProjectStore } from "./memory-project-store.ts";
import { createMemoryProofStore } from "./memory-proof-store.ts";
import { createMemoryReleaseStore } from "./memory-release-store.ts";
import { createMemoryResponseStore } from "./memory-response-store.ts";
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

/** Messages to people kept in memory. */
const NOTICES = 10_000;

/** Pairs of shadow stages kept in memory, some 600 bytes each. */
const SHADOW_PAIRS = 100_000;

/** Rows of spend kept in memory. */
const SPEND_ROWS = 50_000;

/** Entries of evidence kept in memory, some 300 bytes each. */
const JOURNAL_ENTRIES = 200_000;

/** What remembered questions take in memory, bytes. */
const MEANING_BYTES = 64 * 1024 * 1024;

/** Every store in memory: nothing survives the process. */
export const openMemoryStores = () => {
  const journal = createMemoryEvidenceJournal(JOURNAL_ENTRIES);
  const versions = createMemoryVersionStore();
  return {
    kind: "memory" as const,
    releases: createMemoryReleaseStore((release) => versions.pin(release)),
    versions,
    rollouts: createMemoryRolloutStore(),
    journal,
    calls: createMemoryCallStore(CALLS),
    feedback: createMemoryFeedbackStore(FEEDBACK),
    keys: createMemoryKeyStore(),
    pauses: createMemoryPauseStore(),
    freezes: createMemoryFreezeStore(),
    gateRuns: createMemoryGateRunStore(),
    notices: createMemoryNoticeStore(NOTICES),
    flags: createMemoryFlagStore(),
    spend: createMemorySpendStore(SPEND_ROWS),
    projects: createMemoryProjectStore(),
    pipelines: createMemoryPipelineStore(),
    responses: createMemoryResponseStore(RESPONSES),
    budgets: createMemoryBudgetBank(),
    meanings: createMemoryMeaningStore(MEANING_BYTES),
    proofs: createMemoryProofStore(),
    backtests: createMemoryBacktestStore(() => performance.now()),
    serverKeys: createMemoryServerKeyStore(),
    shadows: createMemoryShadowStore(SHADOW_PAIRS),
    board: null,
    turns: null,
    forgottenEvidence: () => journal.forgotten(),
    ready: async () => true,
    close: async () => {},
  };
};
