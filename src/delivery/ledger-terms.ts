import type { Evidence } from "../domain/evidence/running-evidence.ts";
import type { ObservationWindow } from "../domain/rollout/plan.ts";
import type { Clock } from "../ports/clock.ts";
import type { EvidenceLog } from "../ports/evidence-log.ts";
import type { OtherReplicas } from "./other-replicas.ts";

/** What a ledger needs. */
export interface LedgerTerms {
  readonly rolloutId: string;
  readonly window: ObservationWindow;
  readonly evidence: Evidence;
  readonly clock: Clock;
  readonly log: EvidenceLog;
  readonly others: OtherReplicas;
  /** Whether this replica may judge on its own evidence while it has heard of no other's; absent, always. */
  readonly judgesAlone?: () => boolean;
  /** Whether there may be other replicas; absent where there are none. */
  readonly isShared?: boolean;
  /** Whether another replica lives, which may draw the same sessions; absent where there can be none. */
  readonly hasOthers?: () => boolean;
}
