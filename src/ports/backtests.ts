import type { Verdict } from "../domain/evidence/evidence.ts";
import type { Actor } from "../domain/rollout/rollout.ts";
import type { ChannelName } from "../domain/traffic/route.ts";

/** Which comparison is meant. Releases are named by their ids. */
export interface BacktestPair {
  readonly channel: ChannelName;
  /** Id of the release that is tried. */
  readonly candidate: string;
  /** Id of the release whose recorded sessions are replayed. */
  readonly baseline: string;
}

/** What a gate asks for. */
export interface BacktestWish extends BacktestPair {
  /** Sessions that began within this time before now, ms. */
  readonly callsWithinMs: number;
  /** Sessions to replay. */
  readonly sample: number;
  /** Most that it may cost, pico-dollars; `null` is what it can cost at most. */
  readonly budgetPico: bigint | null;
  readonly actor: Actor;
}

/** What is known of a comparison. */
export type BacktestAnswer =
  | {
      readonly state: "finished";
      readonly id: string;
      readonly verdict: Verdict;
      /** In a sentence or two, for people. */
      readonly why: string;
      /** Epoch milliseconds. */
      readonly endedAt: number;
      /** Sessions that were compared. */
      readonly compared: number;
    }
  | { readonly state: "running"; readonly id: string; readonly done: number; readonly planned: number }
  /** It did not come to an end: somebody stopped it, or nothing could be replayed. */
  | { readonly state: "ended"; readonly id: string; readonly endedAt: number; readonly why: string }
  | { readonly state: "none" };

/** What a gate needs of backtests. */
export interface Backtests {
  /**
   * The newest finished backtest of the pair that ended at or after `endedSince` (epoch ms); where there is none, the one
   * that runs, else the newest that ended without a result since then.
   */
  newest(pair: BacktestPair, endedSince: number): Promise<BacktestAnswer>;
  /**
   * Starts one and resolves to its id; while one of the same pair runs, to that one's. Throws `backtest_impossible` with
   * the reason where there is nothing to replay.
   */
  start(wish: BacktestWish): Promise<string>;
  /** Ends one by its id and says who wanted that; what has ended stays as it is. */
  stop(id: string, by: string): Promise<unknown>;
}
