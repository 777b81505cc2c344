import type { Tier } from "../domain/call/call-record.ts";
import type { OpenCall } from "./open-call.ts";

/** What served the answer, or `null` when nothing did. */
export function tierOf(call: OpenCall): Tier | null {
  if (call.cache?.served != null) return call.cache.status === "stale" ? "stale" : "cache:exact";
  if (call.servedBy === null) return null;
  // What the routing wanted is no fallback, be it the first model or another.
  return call.servedBy === (call.routing?.wanted ?? 0) ? "primary" : `fallback:${call.servedBy}`;
}
