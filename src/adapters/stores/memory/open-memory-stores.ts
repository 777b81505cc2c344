import { createMemoryBudgetBank } from "./memory-budget-bank.ts";
import { createMemoryCallStore } from "./memory-call-store.ts";
import { createMemoryEvidenceJournal } from "./memory-evidence-journal.ts";
import { createMemoryKeyStore } from "./memory-key-store.ts";
import { createMemoryMeaningStore } from "./memory-meaning-store.ts";
import { createMemoryPauseStore } from "./memory-pause-store.ts";
import { createMemoryProjectStore } from "./memory-project-store.ts";
import { createMemoryProofStore } from "./memory-proof-store.ts";
import { createMemoryReleaseStore } from "./memory-release-store.ts";
import { createMemoryResponseStore } from "./memory-response-store.ts";
import { createMemorySpendStore } from "./memory-spend-store.ts";
import { createMemoryRolloutStore } from "./memory-rollout-store.ts";

/** Calls kept in memory. */
const CALLS = 10_000;

/** Responses kept in memory. */
const RESPONSES = 1_000;

/** Rows of spend kept in memory. */
const SPEND_ROWS = 50_000;

/** Entries of evidence kept in memory, some 300 bytes each. */
const JOURNAL_ENTRIES = 200_000;

/** What remembered questions take in memory, bytes. */
const MEANING_BYTES = 64 * 1024 * 1024;

/** Every store in memory: nothing survives the process. */
export const openMemoryStores = () => {
  const journal = createMemoryEvidenceJournal(JOURNAL_ENTRIES);
  return {
    kind: "memory" as const,
    releases: createMemoryReleaseStore(),
    rollouts: createMemoryRolloutStore(),
    journal,
    calls: createMemoryCallStore(CALLS),
    keys: createMemoryKeyStore(),
    pauses: createMemoryPauseStore(),
    spend: createMemorySpendStore(SPEND_ROWS),
    projects: createMemoryProjectStore(),
    responses: createMemoryResponseStore(RESPONSES),
    budgets: createMemoryBudgetBank(),
    meanings: createMemoryMeaningStore(MEANING_BYTES),
    proofs: createMemoryProofStore(),
    board: null,
    forgottenEvidence: () => journal.forgotten(),
    ready: async () => true,
    close: async () => {},
  };
};
