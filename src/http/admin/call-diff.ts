import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { diffCalls } from "../../contract/calls.ts";
import type { CallBodies } from "../../domain/call/call-record.ts";
import { textOfCall } from "../../domain/call/call-text.ts";
import { diffJson } from "../../domain/call/diff-json.ts";
import type { JsonDiff } from "../../domain/call/diff-json.ts";
import type { Json } from "../../domain/json.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { callLineOf, callViewOf } from "./call-view-of.ts";
import { requireCall } from "./calls.ts";
import { serveRoute } from "./serve-route.ts";

type SideDiff = z.input<typeof diffCalls.answer>["facts"];

/** Characters of a value that a change shows. */
const MOST_SHOWN = 2_000;
/** Characters of an answer that are compared where it is a stream. */
const MOST_SAID = 200_000;
/** Bytes of a body that are compared. */
const MOST_BYTES = 4 * 1024 * 1024;

/** What two calls differ in: facts, requests and answers. */
export function callDiff(app: FastifyInstance, admin: AdminTerms): void {
  serveRoute(app, { gateway: admin.gateway, route: diffCalls }, async ({ params, query, named }) => {
    const before = await requireCall(admin, params.call, { named });
    const after = await requireCall(admin, query.with, { named });
    return {
      before: callLineOf({ facts: before.facts, gist: null, waits: false }),
      after: callLineOf({ facts: after.facts, gist: null, waits: false }),
      facts: sideOf("json", diffJson(plain(callViewOf(before.facts)), plain(callViewOf(after.facts)))),
      request: diffBodies(before.bodies.request, after.bodies.request),
      upstream: diffBodies(before.bodies.upstream, after.bodies.upstream),
      answer: diffAnswers(before.bodies, after.bodies),
    };
  });
}

const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

const sideOf = (form: SideDiff["form"], { changes, cut }: JsonDiff): SideDiff => ({
  form,
  same: changes.length === 0,
  changes: changes.map(({ path, kind, before, after }) => ({ path, kind, before: shown(before), after: shown(after) })),
  cut,
});

function shown(value: Json | undefined): string | null {
  if (value === undefined) return null;
  const text = JSON.stringify(value);
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN).toWellFormed()}…`;
}

const NONE: SideDiff = { form: "none", same: false, changes: [], cut: false };

function diffBodies(before: Uint8Array | null, after: Uint8Array | null): SideDiff {
  if (before === null || after === null) return NONE;
  const [one, other] = [jsonIn(before), jsonIn(after)];
  if (one !== undefined && other !== undefined) return sideOf("json", diffJson(one, other));
  const isSame = Buffer.compare(before, after) === 0;
  return { form: "text", same: isSame, changes: [], cut: !isSame };
}

/** Documents by their members; streams, which never have the same pieces twice, by what they say. */
function diffAnswers(before: CallBodies, after: CallBodies): SideDiff {
  if (before.answer === null || after.answer === null) return NONE;
  const [one, other] = [jsonIn(before.answer), jsonIn(after.answer)];
  if (one !== undefined && other !== undefined) return sideOf("json", diffJson(one, other));
  return sideOf("text", diffJson(saidIn(before.answer), saidIn(after.answer)));
}

function saidIn(answer: Uint8Array): Json {
  const { answered, fault, tools } = textOfCall({ request: null, answer }, MOST_SAID);
  return { text: answered.split("\n"), ...(fault !== "" && { error: fault }), tools };
}

function jsonIn(bytes: Uint8Array): Json | undefined {
  if (bytes.length > MOST_BYTES) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString()) as Json;
  } catch {
    return undefined;
  }
}
