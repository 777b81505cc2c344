/** Value of an attribute. Whole numbers travel as OTLP's `int`. */
export type AttributeValue = string | number | boolean | readonly string[] | readonly number[] | readonly boolean[];

/** Attributes by name. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Kind of a span, in OpenTelemetry's words. */
export type SpanKind = "internal" | "server" | "client" | "producer" | "consumer";

/** Something that happened during a span. */
export interface SpanEvent {
  readonly name: string;
  /** Epoch microseconds. */
  readonly atUs: number;
  readonly attributes: Attributes;
}

/** One span of a trace: of a call of ours, or as an application sent it. */
export interface TraceSpan {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: SpanKind;
  /** Epoch microseconds. */
  readonly startUs: number;
  readonly endUs: number;
  readonly status: "unset" | "ok" | "error";
  /** What went wrong; empty where nothing is said. */
  readonly statusMessage: string;
  readonly attributes: Attributes;
  readonly events: readonly SpanEvent[];
}
