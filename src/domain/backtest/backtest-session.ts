import type { PairOutcome } from "./compare-session.ts";
import type { LeftOutReason } from "./left-out.ts";
import type { Stratum } from "./sample-sessions.ts";

/** One session of a backtest's sample, and what became of it. */
export interface BacktestSession {
  /** Its place in the sample, from 0: sessions are replayed in this order. */
  readonly position: number;
  /** The session's id as the application knows it. */
  readonly session: string;
  /** The recorded calls that are replayed, oldest first. */
  readonly calls: readonly string[];
  readonly stratum: Stratum;
  readonly part: "drawn" | "sought";
  /** Most that its replay can cost, pico-dollars. */
  readonly worstPico: bigint;
  readonly state: SessionState;
  /** How often its replay was begun. */
  readonly tries: number;
  /**
   * What its replay has cost, pico-dollars. While it is under way: what was set aside for it, so that a server that dies
   * has spent it all, as far as anybody can tell.
   */
  readonly spentPico: bigint;
  /** Once it is done: what was found, or why there is nothing. */
  readonly outcome: PairOutcome | null;
  readonly leftOut: LeftOutReason | null;
}

/** A session that waits may have been tried before; its provider was away then. */
export type SessionState = "waiting" | "under_way" | "done";

/** How far a backtest has come. */
export interface BacktestProgress {
  readonly done: number;
  readonly spentPico: bigint;
}
