import type { Tier } from "../domain/call/call-record.ts";
import type { CacheCourse } from "./cache/course.ts";
import { semanticFactOf } from "./cache/semantic/semantic-course.ts";
import type { OpenCall } from "./open-call.ts";

/** What served the answer, or `null` when nothing did. */
export function tierOf(call: OpenCall): Tier | null {
  if (call.cache?.served != null) return call.cache.status === "stale" ? "stale" : cacheTierOf(call.cache);
  if (call.servedBy === null) return null;
  // What the routing wanted is no fallback, be it the first model or another.
  return call.servedBy === (call.routing?.wanted ?? 0) ? "primary" : `fallback:${call.servedBy}`;
}

const cacheTierOf = ({ semantic }: CacheCourse): Tier =>
  semantic !== null && semanticFactOf(semantic)?.outcome === "hit" ? "cache:semantic" : "cache:exact";
