import type { FastifyRequest } from "fastify";
import { parseTraceContext } from "../domain/trace/trace-context.ts";
import type { TraceContext } from "../domain/trace/trace-context.ts";
import { headerOf } from "./caller.ts";

/** The caller's trace by `traceparent` and `tracestate`; `null` where it has none, or none that can be read. */
export function traceIn(request: FastifyRequest): TraceContext | null {
  const traceparent = headerOf(request, "traceparent");
  if (traceparent === null) return null;
  return parseTraceContext(traceparent, headerOf(request, "tracestate") ?? undefined);
}
