import type { Backtest, BacktestEnd } from "../domain/backtest/backtest.ts";
import type { BacktestProgress, BacktestSession } from "../domain/backtest/backtest-session.ts";
import type { ChannelName } from "../domain/traffic/route.ts";

/** Which backtests are meant; newest first. */
export interface BacktestFilter {
  readonly endpoint?: string;
  readonly environment?: string;
  readonly pair?: { readonly channel: ChannelName; readonly candidate: string; readonly baseline: string };
  readonly state?: Backtest["state"];
  readonly limit: number;
}

/** What becomes of a backtest. What does not fit its state changes nothing. */
export type BacktestChange =
  /** Somebody agrees to what it costs. */
  | { readonly type: "start"; readonly at: number }
  | { readonly type: "ask-stop"; readonly by: string }
  | ({ readonly type: "end" } & BacktestEnd);

/** The sessions of backtests, for the one replica that holds the lease. */
export interface BacktestLedger {
  /**
   * Takes or renews the right to run a backtest, for `forMs` by the clock of the store; 0 gives it back. False while
   * another has it.
   */
  lease(id: string, runner: string, forMs: number): Promise<boolean>;
  /** In order of their position. */
  sessions(id: string): Promise<readonly BacktestSession[]>;
  /** Keeps what has become of a session; false, and nothing is kept, without the lease. */
  keepSession(id: string, runner: string, session: BacktestSession): Promise<boolean>;
  progress(id: string): Promise<BacktestProgress>;
}

/** Where backtests are kept, so that one goes on after a restart. */
export interface BacktestStore extends BacktestLedger {
  /** Keeps a new one with its sample. */
  create(backtest: Backtest, sessions: readonly BacktestSession[]): Promise<void>;
  byId(id: string): Promise<Backtest | null>;
  list(filter: BacktestFilter): Promise<readonly Backtest[]>;
  /** The backtest after the change; `null` when there is none. */
  update(id: string, change: BacktestChange): Promise<Backtest | null>;
  /** Deletes those that ended before `endedBefore` (epoch ms). */
  expire(endedBefore: number): Promise<void>;
}
