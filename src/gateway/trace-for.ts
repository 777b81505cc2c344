import { isInShare } from "../domain/trace/sample-trace.ts";
import { traceparentOf } from "../domain/trace/trace-context.ts";
import { ownTraceId } from "../domain/trace/trace-ids.ts";
import type { TraceHeaders } from "../ports/provider.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";

const SPAN_BYTES = 8;

/** What a provider is told of a call's trace. */
export interface TraceForProvider {
  /** Id of the attempt's span. */
  readonly spanId: string;
  readonly headers: TraceHeaders;
}

/**
 * The headers with which an attempt's provider joins the call's trace; `null` where it is not told of traces. A call
 * without a caller's trace says that it is recorded where its share of traces is: what else keeps it is known at the end.
 */
export function traceFor(
  gateway: Gateway,
  { id, arrival, settings }: OpenCall,
  provider: string,
): TraceForProvider | null {
  const { tracing } = settings;
  if (tracing === undefined || !tracing.propagateTo.has(provider)) return null;
  const parent = arrival.trace?.parent;
  const traceId = arrival.trace?.traceId ?? ownTraceId(id);
  const spanId = gateway.ids.secret(SPAN_BYTES);
  const sampled = parent?.sampled ?? isInShare(traceId, tracing.share);
  const isRandom = parent === undefined || parent.isRandom === true;
  const headers = ["traceparent", traceparentOf({ traceId, spanId, sampled, isRandom })];
  if (parent?.state !== undefined) headers.push("tracestate", parent.state);
  return { spanId, headers };
}
