import type { HedgePolicy } from "../release/fault-policy.ts";
import type { Latency } from "./latency.ts";

/** A hedge sooner than this would double the load for nothing, ms. */
const LEAST_MS = 10;

/** How long to wait for a first token before a second target is asked, ms; `null` is never (too little is known). */
export function hedgeDelayMs(policy: HedgePolicy, latency: Pick<Latency, "quantileMs">): number | null {
  const ms = policy.type === "delay" ? policy.afterMs : latency.quantileMs(policy.quantile);
  return ms === null ? null : Math.max(LEAST_MS, ms);
}
