import { setFlagsFromString } from "node:v8";

/** Far above what the threads of the database and the writer of calls keep (10 to 20 MB), MB. */
const INITIAL_HEAP_MB = 96;

/**
 * V8 allocates what survived a few collections straight into the old generation ("pretenuring"). Here it
 * guesses wrong while the program warms up, and for good: each such object, once dead, keeps its whole call
 * alive until the next full collection. Half of all bytes then survive every young collection, which costs a
 * quarter of the processor time (docs/performance.md).
 *
 * A thread collects its own young generation alone: V8's helpers have normal priority whomever they help, and would take processors from
 * calls for a thread that gives way to them. Little survives, so that one is quick enough.
 *
 * Threads that are started later begin with a heap that may grow a while before it is collected whole. They keep little and
 * have many megabytes of buffers pass through, which count: the writer of calls collected its old generation four times a second,
 * which others of V8's threads help with, and each collection forgets code that was not used since the one before.
 */
export function tuneEngine(): void {
  setFlagsFromString("--no-allocation-site-pretenuring");
  setFlagsFromString("--no-parallel-scavenge");
  setFlagsFromString(`--initial-heap-size=${INITIAL_HEAP_MB}`);
}
