import { TraceFlags } from "@opentelemetry/api";
import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";
import { evaluationAttributes } from "../../domain/trace/evaluation.ts";
import type { SemanticVersion } from "../../domain/trace/semantic-name.ts";
import { namesIn } from "../../domain/trace/semantic-names.ts";
import type { KeptScore } from "./export-batch.ts";
import { hrTime, writable } from "./readable-span.ts";
import type { SpanOrigin } from "./readable-span.ts";

/** `SeverityNumber.INFO`, whose package is none of our own. */
const INFO = 9 as NonNullable<ReadableLogRecord["severityNumber"]>;

/**
 * A score as a log record, which is what events are: in the context of the span that it judges, as the convention wants,
 * and whenever it comes.
 */
export function scoreRecord(
  { evaluation, wantsContent }: KeptScore,
  { origin, version }: { readonly origin: SpanOrigin; readonly version: SemanticVersion },
): ReadableLogRecord {
  const eventName = namesIn(version).evaluationEvent;
  const time = hrTime(Math.round(evaluation.at) * 1_000);
  const { traceId, spanId } = evaluation;
  // Older receivers look for the name among the attributes.
  const attributes = { "event.name": eventName, ...evaluationAttributes(evaluation, { version, wantsContent }) };
  return {
    ...origin,
    hrTime: time,
    hrTimeObserved: time,
    spanContext: { traceId, spanId, traceFlags: TraceFlags.SAMPLED },
    severityNumber: INFO,
    eventName,
    attributes: writable(attributes),
    droppedAttributesCount: 0,
  };
}
