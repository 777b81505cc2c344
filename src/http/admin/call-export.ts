import type { ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { echoCall, exportCalls } from "../../contract/calls.ts";
import { CLIENT_LEFT } from "../../domain/call/call-record.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import type { CallSearch } from "../../domain/call/call-search.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { callSearchOf } from "./call-search-of.ts";
import { callViewOf } from "./call-view-of.ts";
import { bodyOf, requireCall } from "./calls.ts";
import { drained } from "./drained.ts";
import { accessHooks, readRequest, urlOf } from "./serve-route.ts";

/** Calls read at a time: some hundred kilobytes of lines. */
const PAGE = 200;
/** Exports at the same time: each keeps a core busy. */
const MOST_EXPORTS = 2;

/** Many calls as JSON lines. */
export function callExport(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway } = admin;
  let running = 0;
  app.get(exportCalls.path, { onRequest: accessHooks(gateway, exportCalls.access) }, async (request, reply) => {
    const { query, environment } = readRequest(gateway, exportCalls, request);
    const search = await callSearchOf(query, environment, admin.feedback);
    if (running >= MOST_EXPORTS) throw new RollwardError("overloaded", { reason: "two exports of calls are running" });
    running += 1;
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      "content-type": "application/x-ndjson",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
    try {
      await writeCalls(admin, raw, { search, after: query.after ?? null, bodies: query.bodies === "true" });
      raw.end();
    } catch {
      // The head has gone out: a broken connection is what says that this is not all.
      raw.destroy();
    } finally {
      running -= 1;
    }
  });
}

async function writeCalls(
  { callIndex, calls, gateway: { clock } }: AdminTerms,
  raw: ServerResponse,
  { search, after, bodies }: { readonly search: CallSearch; readonly after: string | null; readonly bodies: boolean },
): Promise<void> {
  for (let last = after; !raw.destroyed;) {
    const { calls: found } = await callIndex.find(search, {
      order: "oldest",
      limit: PAGE,
      ...(last !== null && { after: last }),
    });
    for (const { facts } of found) {
      const line = bodies ? { ...callViewOf(facts), bodies: await bodiesOf(calls, facts) } : callViewOf(facts);
      if (!raw.write(`${JSON.stringify(line)}\n`)) await drained(raw, clock);
      if (raw.destroyed) return;
    }
    last = found.at(-1)?.facts.id ?? null;
    if (found.length < PAGE || last === null) return;
  }
}

async function bodiesOf(calls: AdminTerms["calls"], { id }: CallFacts) {
  const bodies = await calls.bodies(id);
  return {
    request: bodyOf(bodies?.request ?? null),
    upstream: bodyOf(bodies?.upstream ?? null),
    answer: bodyOf(bodies?.answer ?? null),
  };
}

/** Longest time that an echo takes, ms. */
const MOST_ECHO_MS = 10 * 60_000;

/** A recorded answer again, as slowly as it came: for testing clients. */
export function callEcho(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway } = admin;
  app.get(urlOf(echoCall), { onRequest: accessHooks(gateway, echoCall.access) }, async (request, reply) => {
    const { params, query, named } = readRequest(gateway, echoCall, request);
    const { facts, bodies } = await requireCall(admin, params.call, { named });
    if (bodies.answer === null)
      throw new RollwardError("invalid_request", { reason: "The bytes of the call were not kept.", param: null });
    reply.hijack();
    const { raw } = reply;
    const isStream = isEventStream(bodies.answer);
    raw.writeHead(facts.status === CLIENT_LEFT ? 200 : facts.status, {
      "content-type": isStream ? "text/event-stream; charset=utf-8" : "application/json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox",
      "x-rollward-call": facts.id,
      "x-rollward-echo": "true",
    });
    const pieces = isStream ? eventsOf(bodies.answer) : [Buffer.from(bodies.answer)];
    const firstMs = (facts.firstTokenMs ?? facts.totalMs) / query.speed;
    const gapMs = pieces.length < 2 ? 0 : Math.max(0, facts.totalMs / query.speed - firstMs) / (pieces.length - 1);
    const wait = (ms: number): Promise<void> =>
      new Promise((resolve) => void gateway.clock.after(Math.min(MOST_ECHO_MS / pieces.length, ms), resolve));
    try {
      for (const [index, piece] of pieces.entries()) {
        await wait(index === 0 ? firstMs : gapMs);
        if (raw.destroyed) return;
        if (!raw.write(piece)) await drained(raw, gateway.clock);
      }
      raw.end();
    } catch {
      raw.destroy();
    }
  });
}

const isEventStream = (answer: Uint8Array): boolean =>
  /^(?:data|event|id|:)/.test(Buffer.from(answer.subarray(0, 8)).toString("latin1"));

/** The events of a stream, each with the blank line that ends it. */
function eventsOf(answer: Uint8Array): readonly Buffer[] {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  const events: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf("\n\n", at);
    const next = end < 0 ? bytes.length : end + 2;
    events.push(bytes.subarray(at, next));
    at = next;
  }
  return events;
}
