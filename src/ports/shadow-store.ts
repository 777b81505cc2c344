import type { KeptShadowPair, ShadowPair } from "../domain/shadow/shadow-pair.ts";

/** A pair to keep. */
export interface NewShadowPair {
  readonly rolloutId: string;
  /** The session without its name, 32 hex digits. */
  readonly session: string;
  readonly pair: ShadowPair;
}

/** Where the pairs of shadow stages are kept. */
export interface ShadowStore {
  append(pairs: readonly NewShadowPair[]): Promise<void>;
  /** In order of their positions, those after `position` (0: from the first), at most `limit`. */
  readAfter(rolloutId: string, position: number, limit: number): Promise<readonly KeptShadowPair[]>;
  /** Forgets the pairs of before this time, epoch milliseconds. */
  expire(before: number): Promise<void>;
}
