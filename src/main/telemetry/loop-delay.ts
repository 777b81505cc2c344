import { monitorEventLoopDelay } from "node:perf_hooks";
import { numbers } from "../../domain/telemetry/metric-point.ts";
import type { MetricFamily } from "../../domain/telemetry/metric-point.ts";

const NANO = 1e9;
/** Node's own timer looks this often, ms; what it measures holds that much of waiting in it. */
const LOOK_MS = 20;
const PERCENTILES = [50, 90, 99] as const;

/** Watches how late the event loop is: fifty native timers a second, which reach JavaScript only when somebody asks. */
export interface LoopDelay {
  /** Since it was asked last. */
  family(): MetricFamily;
  close(): void;
}

/** Starts the watch. */
export function watchLoopDelay(): LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: LOOK_MS });
  histogram.enable();
  const seconds = (nanos: number): number => Math.max(0, (Number.isFinite(nanos) ? nanos : 0) / NANO - LOOK_MS / 1_000);
  return {
    family() {
      const points = PERCENTILES.map((percentile) => ({
        labels: { percentile: String(percentile) },
        value: seconds(histogram.percentile(percentile)),
      }));
      const family = numbers("loopDelay", [
        ...points,
        { labels: { percentile: "100" }, value: seconds(histogram.max) },
      ]);
      histogram.reset();
      return family;
    },
    close: () => void histogram.disable(),
  };
}
