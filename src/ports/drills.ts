import type { DrillHarm } from "../domain/drill/drill-harm.ts";
import type { DrillReport } from "../domain/drill/drill-report.ts";
import type { ChannelName } from "../domain/traffic/route.ts";

/** What is to be rehearsed. */
export interface DrillWish {
  readonly channel: ChannelName;
  readonly harm: DrillHarm;
  /** New sessions an hour; `null` is what recorded calls say. */
  readonly perHour: number | null;
  readonly runs: number;
}

/** Rehearses rollbacks, one drill at a time. */
export interface Drills {
  /** Throws `endpoint_not_found`, or `drill_impossible` with the reason. */
  run(wish: DrillWish): Promise<DrillReport>;
}
