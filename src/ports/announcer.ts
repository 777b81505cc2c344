import type { CallFacts } from "../domain/call/call-record.ts";
import type { CallReference } from "../domain/call/call-reference.ts";
import type { Pause } from "../domain/access/pause.ts";
import type { AlertAnnouncer } from "./alert-announcer.ts";
import type { ApplyAnnouncer } from "./apply-announcer.ts";
import type { BudgetAnnouncer } from "./budget-announcer.ts";
import type { Rollout, RolloutEvent } from "../domain/rollout/rollout.ts";

/** An hour of an endpoint or a user that is too dear against the same hour of previous days. */
export interface DearHourAlert {
  readonly subject: { readonly type: "endpoint" | "user" | "tenant"; readonly name: string };
  /** Its beginning, epoch milliseconds. */
  readonly hour: number;
  readonly spentPico: bigint;
  readonly usualPico: bigint;
  /** Why, in words that add up. */
  readonly why: string;
}

/** Tells the world what a rollout did. Called after the decision is durable; never throws. */
export interface Announcer extends AlertAnnouncer, ApplyAnnouncer, BudgetAnnouncer {
  decided(rollout: Rollout, events: readonly RolloutEvent[]): void;
  /** Something in the background failed and will be tried again; `about` is the call that it belongs to, where it does. */
  troubled(what: string, cause: unknown, about?: CallReference): void;
  /** What was announced as troubled works again; `what` in the same words. */
  recovered(what: string): void;
  /** A call has ended of which the log is to tell, and so many before it of which it was not told. */
  callEnded?(facts: CallFacts, untold: number): void;
  /** The operator's choice of an admin key leaves something as it was; the sentence says what to do. */
  keyDoubted?(warning: string): void;
  /** The project that a start serves has something that is not wrong yet; the sentence is that of `rollward apply`. */
  projectDoubted?(warning: string): void;
  /** A rule has paused something, noted what it did not do, or lifted its pause. */
  pausedByRule?(pause: Pause): void;
  /** An hour is too dear; told once for each. */
  tooDear?(alert: DearHourAlert): void;
}
