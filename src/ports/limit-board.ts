import type { AgedNeed, ToldLimit } from "../domain/limits/learned/key-quota.ts";

/** A key of a provider as one of its models sees it. */
export interface KeyName {
  readonly provider: string;
  readonly model: string;
  /** A digest of the key, or its position where it has none; never the key. */
  readonly key: string;
}

/** What a replica knows of a key. */
export interface LimitNews {
  readonly name: KeyName;
  /** Who tells. */
  readonly from: string;
  readonly limits: readonly ToldLimit[];
  /** Its calls under way. */
  readonly underWay: readonly AgedNeed[];
  /** How long it is to be left alone after a 429, ms; 0 when it is not. */
  readonly restMs: number;
  /** When it was taken from the board, monotonic milliseconds of who took it; absent is now. */
  readonly heardAt?: number;
}

/** Where replicas tell each other what they learnt of their providers' limits. What is told lapses by itself. */
export interface LimitBoard {
  /**
   * Tells news, of a few hundred keys at most, and gives what others have told since the last time; what is given may be given again. Rejects while
   * the board is out of reach.
   */
  exchange(news: readonly LimitNews[]): Promise<readonly LimitNews[]>;
}
