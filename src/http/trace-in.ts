import { parseTraceContext } from "../domain/trace/trace-context.ts";
import type { TraceContext } from "../domain/trace/trace-context.ts";
import { headerOf } from "./header-of.ts";
import type { WithHeaders } from "./header-of.ts";

/** The caller's trace by `traceparent` and `tracestate`; `null` where it has none, or none that can be read. */
export function traceIn(request: WithHeaders): TraceContext | null {
  const traceparent = headerOf(request, "traceparent");
  if (traceparent === null) return null;
  return parseTraceContext(traceparent, headerOf(request, "tracestate") ?? undefined);
}
