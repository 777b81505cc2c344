import type { Rollout, RolloutEvent } from "../domain/rollout/rollout.ts";

/** Tells the world what a rollout did. Called after the decision is durable; never throws. */
export interface Announcer {
  decided(rollout: Rollout, events: readonly RolloutEvent[]): void;
  /** Something in the background failed and will be tried again. */
  troubled(what: string, cause: unknown): void;
  /** What was announced as troubled works again; `what` in the same words. */
  recovered(what: string): void;
}
