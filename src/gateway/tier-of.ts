import type { Tier } from "../domain/call/call-record.ts";
import type { OpenCall } from "./open-call.ts";

/** What served the answer, or `null` when nothing did. */
export function tierOf(call: OpenCall): Tier | null {
  if (call.servedBy === null) return null;
  return call.servedBy === 0 ? "primary" : `fallback:${call.servedBy}`;
}
