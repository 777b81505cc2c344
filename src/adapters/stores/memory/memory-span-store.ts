import { MOST_OF_TRACE } from "../../../ports/span-store.ts";
import type { SentSpan, SpanStore, TraceName } from "../../../ports/span-store.ts";

const keyOf = ({ environment, traceId }: TraceName): string => `${traceId} ${environment}`;

/** Spans of applications in memory; of more than `most` traces the oldest are forgotten. */
export function createMemorySpanStore(most: number): SpanStore {
  const traces = new Map<string, Map<string, SentSpan>>();
  const traceOf = (span: SentSpan): Map<string, SentSpan> => {
    const known = traces.get(keyOf(span));
    if (known !== undefined) return known;
    const [oldest] = traces.keys();
    if (traces.size >= most && oldest !== undefined) traces.delete(oldest);
    const trace = new Map<string, SentSpan>();
    traces.set(keyOf(span), trace);
    return trace;
  };
  return {
    async append(spans) {
      let full = 0;
      for (const span of spans) {
        const trace = traceOf(span);
        if (trace.has(span.spanId)) continue;
        if (trace.size >= MOST_OF_TRACE) full += 1;
        else trace.set(span.spanId, span);
      }
      return full;
    },
    ofTrace: async (name, limit) => [...(traces.get(keyOf(name))?.values() ?? [])].toSorted(byStart).slice(0, limit),
    async expire(before, mostSpans) {
      const all = [...traces.values()].flatMap((trace) => [...trace.values()]);
      const newest = all.toSorted((a, b) => b.receivedAt - a.receivedAt);
      for (const span of newest.filter(({ receivedAt }, index) => receivedAt < before || index >= mostSpans)) {
        const trace = traces.get(keyOf(span));
        trace?.delete(span.spanId);
        if (trace?.size === 0) traces.delete(keyOf(span));
      }
    },
  };
}

const byStart = (a: SentSpan, b: SentSpan): number => a.startUs - b.startUs || (a.spanId < b.spanId ? -1 : 1);
