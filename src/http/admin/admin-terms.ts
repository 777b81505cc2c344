import type { z } from "zod";
import type { healthView } from "../../contract/health.ts";
import type { applyAnswer, applyProject } from "../../contract/projects.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { KeyStore } from "../../ports/key-store.ts";
import type { SpendStore } from "../../ports/spend-store.ts";
import type { BudgetBank } from "../../ports/budget-bank.ts";
import type { PauseStore } from "../../ports/pause-store.ts";
import type { Actor } from "../../domain/rollout/rollout.ts";

/** Everything the admin API is plugged into. */
export interface AdminTerms {
  readonly gateway: Gateway;
  readonly delivery: Delivery;
  readonly calls: CallStore;
  readonly keys: KeyStore;
  readonly pauses: PauseStore;
  readonly bank: BudgetBank;
  readonly spend: SpendStore;
  readonly version: string;
  /** Applies a project, or says what that would do. */
  apply(request: z.output<typeof applyProject.body>, actor: Actor): Promise<z.input<typeof applyAnswer>>;
  health(): Promise<z.input<typeof healthView>>;
  /** Whether the server takes no more traffic because it is about to end. */
  isStopping(): boolean;
  /** What is wrong behind the calls, in words that anybody may read; `null` when nothing is. */
  trouble(): Promise<string | null>;
}
