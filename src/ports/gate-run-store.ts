import type { GateAttempt, GateRunResult } from "../domain/rollout/gates/gate-state.ts";

/** One attempt of one rollout. */
export interface GateRunKey extends GateAttempt {
  readonly rolloutId: string;
}

/**
 * Who runs an attempt, and for how long nobody else may. `now` (epoch milliseconds) is when it began, for people; a store
 * that replicas share goes by its own clock to tell whether a holder is gone.
 */
export interface GateRunClaim {
  readonly holder: string;
  readonly now: number;
  readonly holdMs: number;
}

/** An attempt that something runs or ran. */
export interface GateRun extends GateRunKey {
  /** How often it was begun: a second time where whoever ran it was gone before it ended. */
  readonly starts: number;
  /** Epoch milliseconds. */
  readonly beganAt: number;
  readonly endedAt: number | null;
  /** `null` while it runs. */
  readonly standing: GateRunResult["standing"] | null;
  readonly detail: string | null;
  readonly url: string | null;
  /** What it wrote, its end where that is long; `null` while it runs. */
  readonly output: string | null;
}

/** How an attempt ended. */
export type GateRunEnd = Pick<GateRunResult, "standing" | "detail" | "url"> & {
  readonly at: number;
  readonly output: string;
};

/** Where the runs of gates are kept: each is run by one replica at a time, and its result once. */
export interface GateRunStore {
  /** Begins a run, or takes over one whose holder is gone; `null` when another holds it or it has ended. */
  claim(key: GateRunKey, claim: GateRunClaim): Promise<GateRun | null>;
  /** Keeps holding it, or lets go of it with `holdMs` 0; `false` when it was taken over or has ended. */
  extend(key: GateRunKey, claim: GateRunClaim): Promise<boolean>;
  /** Keeps the result, unless there is one already or another replica holds it. */
  end(key: GateRunKey, holder: string, end: GateRunEnd): Promise<void>;
  /** All runs of a rollout, oldest first. */
  of(rolloutId: string): Promise<readonly GateRun[]>;
  /** Forgets the runs that ended before this time, epoch milliseconds. */
  expire(before: number): Promise<void>;
}
