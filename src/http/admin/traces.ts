import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { showTrace } from "../../contract/traces.ts";
import type { spanView } from "../../contract/traces.ts";
import { RollwardError } from "../../domain/errors.ts";
import { SPAN_NUMBERS, spanIdOf } from "../../domain/trace/trace-ids.ts";
import { spansOfCall } from "../../domain/trace/spans-of-call.ts";
import type { TraceSpan } from "../../domain/trace/trace-span.ts";
import { treeOf } from "../../domain/trace/tree-of.ts";
import type { CallIndex } from "../../ports/call-index.ts";
import type { SpanStore } from "../../ports/span-store.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { instantOf } from "./instant-of.ts";
import { serveRoute } from "./serve-route.ts";

/** What showing traces is plugged into. */
export interface TraceTerms extends Pick<AdminTerms, "gateway"> {
  readonly callIndex: Pick<CallIndex, "find">;
  readonly spans: Pick<SpanStore, "ofTrace">;
}

const MOST_CALLS = 100;
const MOST_SPANS = 2_000;

/** A span with where it comes from. */
interface ShownSpan extends TraceSpan {
  readonly origin: "rollward" | "application";
  readonly service: string | null;
  readonly scope: string | null;
  readonly call: string | null;
  readonly leftOut: number;
}

/** Traces: ours and what applications sent, in one tree. */
export function traces(app: FastifyInstance, { gateway, callIndex, spans }: TraceTerms): void {
  serveRoute(app, { gateway, route: showTrace }, async ({ params, environment }) => {
    const found = await callIndex.find(
      { trace: params.trace, facets: { environment: [environment] } },
      { order: "oldest", limit: MOST_CALLS },
    );
    const sent = await spans.ofTrace({ environment, traceId: params.trace }, MOST_SPANS);
    const ours = found.calls.flatMap(({ facts }) =>
      spansOfCall(facts, SHOWN).map((span): ShownSpan => {
        const isRoot = span.spanId === spanIdOf(facts.id, SPAN_NUMBERS.call);
        return { ...span, origin: "rollward", service: null, scope: null, call: isRoot ? facts.id : null, leftOut: 0 };
      }),
    );
    const theirs = sent.map((span): ShownSpan => ({ ...span, origin: "application", call: null }));
    const all = [...ours, ...theirs];
    if (all.length === 0) throw new RollwardError("trace_not_found", { trace: params.trace });
    const firstUs = all.reduce((first, { startUs }) => Math.min(first, startUs), Number.POSITIVE_INFINITY);
    return {
      id: params.trace,
      calls: found.calls.map(({ facts }) => facts.id),
      spans: treeOf(all).map(({ node, depth }) => viewOf(node, { depth, firstUs })),
      is_cut: found.calls.length >= MOST_CALLS || sent.length >= MOST_SPANS,
    };
  });
}

/** As the record has it: no bytes are read for a tree. */
const SHOWN = { version: "latest", identityOf: () => null, exchange: null, because: null } as const;

const viewOf = (
  span: ShownSpan,
  { depth, firstUs }: { readonly depth: number; readonly firstUs: number },
): z.input<typeof spanView> => ({
  id: span.spanId,
  parent: span.parentSpanId,
  depth,
  origin: span.origin,
  service: span.service,
  scope: span.scope,
  call: span.call,
  name: span.name,
  kind: span.kind,
  start: instantOf(Math.floor(span.startUs / 1_000)),
  start_ms: (span.startUs - firstUs) / 1_000,
  duration_ms: (span.endUs - span.startUs) / 1_000,
  status: span.status,
  message: span.statusMessage,
  attributes: attributesOf(span.attributes),
  events: span.events.map(({ name, atUs, attributes }) => ({
    name,
    at_ms: (atUs - firstUs) / 1_000,
    attributes: attributesOf(attributes),
  })),
  left_out: span.leftOut,
});

const attributesOf = (attributes: TraceSpan["attributes"]): z.input<typeof spanView>["attributes"] =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, typeof value === "object" ? [...value] : value]),
  );
