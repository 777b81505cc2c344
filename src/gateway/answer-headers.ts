import { matchHeader } from "./cache/match-header.ts";
import { releaseName } from "../domain/release/release.ts";
import { contextHeader } from "./context/open-context.ts";
import { ownTraceId } from "../domain/trace/trace-ids.ts";
import { limitHeaders } from "./meters/limit-headers.ts";
import { queueHeaders } from "./meters/visit-of.ts";
import type { OpenCall } from "./open-call.ts";
import { routeNameAt } from "./routing/open-routing.ts";
import { tierOf } from "./tier-of.ts";

/** The headers that say what served a call. Values come from validated configuration, never from text of a client. */
export function answerHeaders(call: OpenCall): Record<string, string> {
  const headers: Record<string, string> = {
    "x-rollward-call": call.id,
    "x-rollward-trace": call.arrival.trace?.traceId ?? ownTraceId(call.id),
  };
  if (call.placement !== null) {
    headers["x-rollward-release"] = releaseName(call.placement.release);
    headers["x-rollward-arm"] = call.placement.arm;
    if (call.placement.reason !== undefined) headers["x-rollward-placement"] = call.placement.reason;
  }
  const tier = tierOf(call);
  if (tier !== null) headers["x-rollward-tier"] = tier;
  const route = call.routing == null ? null : routeNameAt(call.routing, call.servedBy);
  if (route !== null) headers["x-rollward-route"] = route;
  const context = call.context === undefined ? null : contextHeader(call.context);
  if (context !== null) headers["x-rollward-context"] = context;
  if (call.leftOut !== undefined && call.leftOut.length > 0) headers["x-rollward-left-out"] = call.leftOut.join(", ");
  if (call.cache != null) {
    headers["x-rollward-cache"] = call.cache.status;
    if (call.cache.served !== null) headers["age"] = String(Math.floor(call.cache.served.ageMs / 1000));
    const match = matchHeader(call.cache);
    if (match !== null) headers["x-rollward-match"] = match;
  }
  if (call.queue !== undefined) Object.assign(headers, queueHeaders(call.queue));
  if (call.limits !== undefined) Object.assign(headers, limitHeaders(call.limits));
  return headers;
}
