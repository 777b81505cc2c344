import { performance } from "node:perf_hooks";

/** Answers which share of its time the main thread has worked since it was asked last, 0 to 1. */
export function watchLoopLoad(): () => number {
  let last = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
