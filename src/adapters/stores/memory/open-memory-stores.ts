import { createMemoryCallStore } from "./memory-call-store.ts";
import { createMemoryEvidenceJournal } from "./memory-evidence-journal.ts";
import { createMemoryKeyStore } from "./memory-key-store.ts";
import { createMemoryProjectStore } from "./memory-project-store.ts";
import { createMemoryReleaseStore } from "./memory-release-store.ts";
import { createMemoryRolloutStore } from "./memory-rollout-store.ts";

/** Calls kept in memory. */
const CALLS = 10_000;

/** Every store in memory: nothing survives the process. */
export const openMemoryStores = () => ({
  kind: "memory" as const,
  releases: createMemoryReleaseStore(),
  rollouts: createMemoryRolloutStore(),
  journal: createMemoryEvidenceJournal(),
  calls: createMemoryCallStore(CALLS),
  keys: createMemoryKeyStore(),
  projects: createMemoryProjectStore(),
  ready: async () => true,
  close: async () => {},
});
