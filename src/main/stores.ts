import type { BudgetBank } from "../ports/budget-bank.ts";
import type { CallStore } from "../ports/call-store.ts";
import type { EvidenceJournal } from "../ports/evidence-journal.ts";
import type { KeyStore } from "../ports/key-store.ts";
import type { ReplicaBoard } from "../ports/replica-board.ts";
import type { MeaningStore } from "../ports/meaning-store.ts";
import type { PauseStore } from "../ports/pause-store.ts";
import type { ProjectStore } from "../ports/project-store.ts";
import type { ProofStore } from "../ports/proof-store.ts";
import type { ReleaseStore } from "../ports/release-store.ts";
import type { ResponseStore } from "../ports/response-store.ts";
import type { SpendStore } from "../ports/spend-store.ts";
import type { RolloutStore } from "../ports/rollout-store.ts";
import type { Valkey } from "../ports/valkey.ts";
import type { WithdrawalNotes } from "../ports/withdrawal-notes.ts";

/** Everything durable, whatever keeps it. */
export interface Stores {
  readonly kind: "embedded" | "server" | "memory";
  readonly releases: ReleaseStore;
  readonly rollouts: RolloutStore;
  readonly journal: EvidenceJournal;
  readonly calls: CallStore;
  readonly keys: KeyStore;
  readonly pauses: PauseStore;
  readonly spend: SpendStore;
  readonly projects: ProjectStore;
  readonly responses: ResponseStore;
  readonly budgets: BudgetBank;
  readonly meanings: MeaningStore;
  readonly proofs: ProofStore;
  /** Where the servers of one database meet; `null` where there is one server only. */
  readonly board: ReplicaBoard | null;
  /** Hot state that the replicas share; absent for a process that shares none. */
  readonly valkey?: Valkey;
  /** Absent where there is no directory of this process's own. */
  readonly notes?: WithdrawalNotes;
  /** Entries of the evidence journal that were taken and not kept, where room is bounded. */
  forgottenEvidence(): number;
  ready(): Promise<boolean>;
  close(): Promise<void>;
}
