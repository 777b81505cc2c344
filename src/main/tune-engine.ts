import { setFlagsFromString } from "node:v8";

/**
 * V8 allocates what survived a few collections straight into the old generation ("pretenuring"). Here it
 * guesses wrong while the program warms up, and for good: each such object, once dead, keeps its whole call
 * alive until the next full collection. Half of all bytes then survive every young collection, which costs a
 * quarter of the processor time (docs/performance.md).
 */
export function tuneEngine(): void {
  setFlagsFromString("--no-allocation-site-pretenuring");
}
