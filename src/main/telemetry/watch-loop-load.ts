import { performance } from "node:perf_hooks";

/** From this share of the main thread's time on calls wait for it, and what can wait stands back. */
const BUSY_SHARE = 0.8;

/** Answers whether the main thread was busy for most of the time since it was asked last. */
export function watchLoopLoad(): () => boolean {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization >= BUSY_SHARE;
  };
}
