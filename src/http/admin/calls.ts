import type { FastifyInstance } from "fastify";
import { isUtf8 } from "node:buffer";
import type { z } from "zod";
import { CALL_FACETS } from "../../contract/call-query.ts";
import { listCallLines, listCalls, showCall, tallyCalls } from "../../contract/calls.ts";
import type { CallBodies, CallFacts } from "../../domain/call/call-record.ts";
import { textOfCall } from "../../domain/call/call-text.ts";
import { billOf } from "../../domain/call/cost-lines.ts";
import type { CostBill } from "../../domain/call/cost-lines.ts";
import { RollwardError } from "../../domain/errors.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { callSearchOf } from "./call-search-of.ts";
import { callLineOf, callViewOf } from "./call-view-of.ts";
import { feedbackViewOf } from "./feedback.ts";
import { instantOf } from "./instant-of.ts";
import { requireNamed } from "./place-of.ts";
import { priceIn } from "./price-in.ts";
import { serveRoute } from "./serve-route.ts";

/** Values of a facet that are told. */
const MOST_VALUES = 50;

/** Recorded calls: lists of facts, what they are made of, and one call with its bytes. */
export function calls(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway, callIndex } = admin;

  serveRoute(app, { gateway, route: listCalls }, async ({ query, environment }) => {
    const { order, before, limit } = query;
    const after = query.after ?? before;
    const search = await callSearchOf(query, environment, admin.feedback);
    const found = await callIndex.find(search, { order, limit, ...(after !== undefined && { after }) });
    return { data: found.calls.map(({ facts }) => callViewOf(facts)), behind: found.behind };
  });

  serveRoute(app, { gateway, route: listCallLines }, async ({ query, environment }) => {
    const { order, after, limit } = query;
    const search = await callSearchOf(query, environment, admin.feedback);
    const found = await callIndex.find(search, {
      order,
      limit,
      wantsText: true,
      ...(after !== undefined && { after }),
    });
    return { data: found.calls.map(callLineOf), behind: found.behind };
  });

  serveRoute(app, { gateway, route: tallyCalls }, async ({ query, environment }) => {
    const search = await callSearchOf(query, environment, admin.feedback);
    const terms = { facets: CALL_FACETS, spans: query.spans, now: gateway.clock.now() };
    const { facets, spans, spanMs, cut, ...tally } = await callIndex.tally(search, terms);
    const shown = CALL_FACETS.map((facet) => {
      const values = (facets[facet] ?? []).slice(0, MOST_VALUES);
      return [facet, values.map(([value, count]) => ({ value, calls: count }))];
    });
    return {
      ...tally,
      facets: Object.fromEntries(shown) as Record<(typeof CALL_FACETS)[number], { value: string; calls: number }[]>,
      spans: spans.map(({ at, ...counts }) => ({ at: instantOf(at), ...counts })),
      span_ms: spanMs,
      is_exact: !cut && tally.behind === 0,
    };
  });

  serveRoute(app, { gateway, route: showCall }, async ({ params, query, named, gateway: own }) => {
    const { facts, bodies } = await requireCall(admin, params.call, { named });
    const isWhole = query.bodies === "true";
    const said = await admin.feedback.list({ callId: params.call, limit: 100 });
    return {
      ...callViewOf(facts),
      said: saidOf(bodies),
      feedback: said.map(feedbackViewOf),
      cost: billViewOf(billOf(facts, (attempt) => priceIn(own.settings(), attempt))),
      request_sha256: bodies.request === null ? null : sha256Hex(bodies.request),
      bodies: {
        request: isWhole ? bodyOf(bodies.request) : null,
        upstream: isWhole ? bodyOf(bodies.upstream) : null,
        answer: isWhole ? bodyOf(bodies.answer) : null,
      },
    };
  });
}

/** Characters of each side that are shown as plain text. */
const MOST_SAID = 20_000;

function saidOf(bodies: CallBodies): z.input<typeof showCall.answer>["said"] {
  if (bodies.request === null && bodies.answer === null) return null;
  const { newest, answered, fault, tools } = textOfCall(bodies, MOST_SAID);
  return { asked: newest, answered, error: fault === "" ? null : fault, tools: [...tools] };
}

/** A recorded call with its bytes. Throws `call_not_found`, also for one of an environment that is not the named one. */
export async function requireCall(
  { calls: store }: Pick<AdminTerms, "calls">,
  id: string,
  place: { readonly named: string | null },
): Promise<{ readonly facts: CallFacts; readonly bodies: CallBodies }> {
  const notThere = new RollwardError("call_not_found", { call: id });
  const facts = await store.facts(id);
  if (facts === null) throw notThere;
  requireNamed(place, facts.environment, notThere);
  return { facts, bodies: (await store.bodies(id)) ?? { request: null, upstream: null, answer: null } };
}

function billViewOf({ lines, linesPico, isRecorded, otherPico }: CostBill) {
  return {
    lines: lines.map(({ attempt, model, what, count, pricePico, costPico }) => ({
      attempt,
      model,
      what,
      count,
      price_pico: pricePico?.toString() ?? null,
      cost_pico: costPico?.toString() ?? null,
    })),
    lines_pico: linesPico.toString(),
    is_recorded: isRecorded,
    other_pico: otherPico.toString(),
  };
}

/** A body on the wire: text where it is UTF-8, base64 otherwise. */
export function bodyOf(bytes: Uint8Array | null): { bytes: number; text?: string; base64?: string } | null {
  if (bytes === null) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(buffer)
    ? { bytes: buffer.length, text: buffer.toString() }
    : { bytes: buffer.length, base64: buffer.toString("base64") };
}
