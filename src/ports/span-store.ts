import type { TraceSpan } from "../domain/trace/trace-span.ts";

/** A span as an application sent it. */
export interface SentSpan extends TraceSpan {
  readonly environment: string;
  /** `service.name` of its resource; `null` where it has none. */
  readonly service: string | null;
  /** Who made it: the name of the instrumentation; `null` where it has none. */
  readonly scope: string | null;
  /** The key that sent it. */
  readonly keyId: string;
  /** When it came in, epoch milliseconds. */
  readonly receivedAt: number;
  /** Attributes and events of it that were not kept: too many, too long, or content that is not kept. */
  readonly leftOut: number;
}

/** The spans of one trace in one environment. */
export interface TraceName {
  readonly environment: string;
  /** 32 hex digits. */
  readonly traceId: string;
}

/** Most spans of one trace that are kept. */
export const MOST_OF_TRACE = 2_000;

/** Where spans of applications are kept. */
export interface SpanStore {
  /**
   * Keeps spans; one whose id is known in its trace is left as it is. Of one trace about `MOST_OF_TRACE` are kept.
   * Returns how many were not kept because their trace is full.
   */
  append(spans: readonly SentSpan[]): Promise<number>;
  /** In the order of their start, at most `limit`. */
  ofTrace(trace: TraceName, limit: number): Promise<readonly SentSpan[]>;
  /** Forgets what came in before a time, epoch milliseconds, and the oldest beyond `most`. */
  expire(before: number, most: number): Promise<void>;
}
