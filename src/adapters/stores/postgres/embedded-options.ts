import { PGlite } from "@electric-sql/pglite";
import type { PGliteOptions } from "@electric-sql/pglite";
import type { DurableFiles } from "./durable-files.ts";

/**
 * Settings beside PGlite's own. One backend serves everything, so small buffers do: 128 MB of them cost
 * 100 MB of memory and gain nothing. Nothing checkpoints by itself in a single-user backend (see maintain.ts).
 */
const SETTINGS = [
  "shared_buffers=16MB",
  "wal_buffers=1MB",
  "wal_sync_method=fsync",
  "max_wal_size=64MB",
  "min_wal_size=32MB",
  "log_min_messages=error",
];

/** Options for the database in `files`; `onStderr` hears what PostgreSQL logs. */
export const embeddedOptions = (files: DurableFiles, onStderr: (text: string) => void): PGliteOptions => ({
  fs: files,
  // PGlite's own start with fsync left on.
  startParams: [
    ...PGlite.defaultStartParams.filter((each) => each !== "-F"),
    ...SETTINGS.flatMap((setting) => ["-c", setting]),
  ],
  relaxedDurability: false,
  onStderr(text) {
    files.hear(text);
    onStderr(text);
    return false;
  },
});

/** What PostgreSQL says when it gives up, or `null` for any other line of its log. */
export const lastWordsIn = (text: string): string | null =>
  /\b(?:PANIC|FATAL):\s+(.*)/.exec(text.slice(0, 500))?.[1] ?? null;
