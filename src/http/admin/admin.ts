import type { FastifyInstance } from "fastify";
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
import { cache } from "./cache.ts";
import { calls } from "./calls.ts";
import { endpoints } from "./endpoints.ts";
import { health } from "./health.ts";
import { keys } from "./keys.ts";
import { meters } from "./meters.ts";
import { pauses } from "./pauses.ts";
import { spend } from "./spend.ts";
import { promptCache } from "./prompt-cache.ts";
import { projects } from "./projects.ts";
import { results } from "./results.ts";
import { rollouts } from "./rollouts.ts";
import { routing } from "./routing.ts";

/** Everything the admin API is plugged into. */
export interface Admin {
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

/** Every noun of the admin API. */
export function admin(app: FastifyInstance, terms: Admin): void {
  health(app, terms);
  endpoints(app, terms);
  rollouts(app, terms);
  routing(app, terms);
  calls(app, terms);
  cache(app, terms);
  promptCache(app, terms);
  results(app, terms);
  keys(app, terms);
  pauses(app, terms);
  meters(app, terms);
  spend(app, terms);
  projects(app, terms);
}
