import type { KeptShadowEntry, ShadowEntry } from "../domain/shadow/shadow-pair.ts";

/** A pair, or a judge's word on one, to keep. */
export type NewShadowEntry = ShadowEntry & {
  readonly rolloutId: string;
  /** The session without its name, 32 hex digits. */
  readonly session: string;
};

/** Where the pairs of shadow stages are kept, and what judges said of them. */
export interface ShadowStore {
  /** `isRepeated`: some of it may have been kept by a try whose end nobody heard; by the ids of calls nothing is kept twice. */
  append(entries: readonly NewShadowEntry[], isRepeated?: boolean): Promise<void>;
  /** In order of their positions, those after `position` (0: from the first), at most `limit`. */
  readAfter(rolloutId: string, position: number, limit: number): Promise<readonly KeptShadowEntry[]>;
  /** Forgets what was kept before this time, epoch milliseconds. */
  expire(before: number): Promise<void>;
}
