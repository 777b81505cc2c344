import { SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import type { HrTime } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import type { AttributeValue, Attributes, TraceSpan } from "../../domain/trace/trace-span.ts";

/** What all spans of a server have in common. */
export interface SpanOrigin {
  readonly resource: ReadableSpan["resource"];
  readonly instrumentationScope: ReadableSpan["instrumentationScope"];
}

const KINDS: Readonly<Record<TraceSpan["kind"], SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

const STATUSES: Readonly<Record<TraceSpan["status"], SpanStatusCode>> = {
  unset: SpanStatusCode.UNSET,
  ok: SpanStatusCode.OK,
  error: SpanStatusCode.ERROR,
};

/** A span in the shape that OpenTelemetry's exporters take. No tracer of theirs was near the call. */
export function readableSpan(span: TraceSpan, origin: SpanOrigin): ReadableSpan {
  const { traceId, spanId, parentSpanId, startUs, endUs, statusMessage } = span;
  const context = (id: string) => ({ traceId, spanId: id, traceFlags: TraceFlags.SAMPLED });
  return {
    ...origin,
    name: span.name,
    kind: KINDS[span.kind],
    spanContext: () => context(spanId),
    ...(parentSpanId !== null && { parentSpanContext: { ...context(parentSpanId), isRemote: span.kind === "server" } }),
    startTime: hrTime(startUs),
    endTime: hrTime(endUs),
    duration: hrTime(endUs - startUs),
    ended: true,
    status: { code: STATUSES[span.status], ...(statusMessage !== "" && { message: statusMessage }) },
    attributes: writable(span.attributes),
    events: span.events.map(({ name, atUs, attributes }) => ({
      name,
      time: hrTime(atUs),
      attributes: writable(attributes),
      droppedAttributesCount: 0,
    })),
    links: [],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Attributes for their types, which want lists that may be changed. */
export const writable = (attributes: Attributes): ReadableSpan["attributes"] =>
  attributes as Record<string, Exclude<AttributeValue, readonly unknown[]> | string[] | number[] | boolean[]>;

/** Epoch microseconds, or a span of them, as seconds and nanoseconds. */
export const hrTime = (us: number): HrTime => [Math.floor(us / 1_000_000), (us % 1_000_000) * 1_000];
