import type { JournalEntry } from "./evidence-journal.ts";

/** Takes journal entries off the request's way: bounded, never slow, never failing; drops are counted. */
export interface EvidenceLog {
  append(rolloutId: string, entry: JournalEntry): void;
  counts(): {
    readonly written: number;
    readonly dropped: number;
    readonly waiting: number;
    /** Why entries cannot be written at the moment; `null` while the last write succeeded. */
    readonly trouble: string | null;
  };
  /** Resolves to whether everything taken so far has reached the journal; false when some of it was dropped instead. */
  written(): Promise<boolean>;
  /** Resolves when everything taken so far is written or counted as dropped. */
  flush(): Promise<void>;
}
