import { constants, getPriority, setPriority } from "node:os";

const BELOW_NORMAL = constants.priority.PRIORITY_BELOW_NORMAL;

/**
 * Lets the calling thread have what processor time others leave (at least a tenth, where they want all): what may come
 * a moment later must not make a call wait that somebody waits for. Linux alone: only there is a priority a
 * thread's and not the whole process's (setpriority(2), "C library/kernel differences").
 */
export function lowerThreadPriority(): void {
  if (process.platform !== "linux") return;
  try {
    if (getPriority() < BELOW_NORMAL) setPriority(BELOW_NORMAL);
  } catch {
    // A sandbox may forbid it; then the thread goes on as it is.
  }
}
