import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import {
  forgetPassages,
  forgetToolResult,
  keepPassages,
  keepToolResult,
  lookUpPassages,
  lookUpToolResult,
} from "../../contract/results.ts";
import { hasScope, keyPrefix } from "../../domain/access/presented-key.ts";
import { inexactNumbers } from "../../domain/cache/cache-key.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { Json } from "../../domain/json.ts";
import { readClaim } from "../../domain/results/result-place.ts";
import { policyOfSource } from "../../domain/results/result-policy.ts";
import type { ResultSource } from "../../domain/results/result-policy.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { keepResult } from "../../gateway/results/keep-result.ts";
import { openVisit, routeFor } from "../../gateway/results/open-visit.ts";
import type { ResultRequest } from "../../gateway/results/open-visit.ts";
import type { LookupAnswer } from "../../gateway/results/result-desk.ts";
import { JsonScanError, scanJsonObject } from "../../kit/json-scan.ts";
import { parseInput, readJsonBody } from "../admin/serve-route.ts";
import type { JsonBody } from "../admin/serve-route.ts";
import { callerOf, identifyCaller } from "../caller.ts";

/** A kind of results and what its addresses call things. */
interface Kind {
  readonly kind: ResultSource["kind"];
  /** The member that holds what a run has given. */
  readonly given: "result" | "passages";
  readonly lookUp: typeof lookUpToolResult | typeof lookUpPassages;
  readonly keep: typeof keepToolResult | typeof keepPassages;
  readonly forget: typeof forgetToolResult | typeof forgetPassages;
}

const TOOLS: Kind = {
  kind: "tool",
  given: "result",
  lookUp: lookUpToolResult,
  keep: keepToolResult,
  forget: forgetToolResult,
};
const PASSAGES: Kind = {
  kind: "retrieval",
  given: "passages",
  lookUp: lookUpPassages,
  keep: keepPassages,
  forget: forgetPassages,
};

/**
 * Kept results of an application's tools and retrieved passages: looked for before a run, brought after it. Rollward
 * runs neither; docs/tool-results.md has the protocol.
 */
export function keptResults(app: FastifyInstance, gateway: Gateway): void {
  for (const kind of [TOOLS, PASSAGES]) serveKind(app, gateway, kind);
}

function serveKind(app: FastifyInstance, { environments, ...terms }: Gateway, kind: Kind): void {
  const hooks = { onRequest: identifyCaller(terms) };
  const gatewayOf = (request: FastifyRequest): Gateway => environments.forKey(callerOf(request));

  app.post(kind.lookUp.path, hooks, async (request, reply) => {
    const gateway = gatewayOf(request);
    const visit = openVisit(gateway, callerOf(request), questionIn(readJsonBody(request), kind.lookUp.body));
    if (visit === null) return { status: "miss", reason: "release", claim: null };
    const lookup = gateway.results.lookup(visit);
    reply.raw.once("close", () => {
      if (!reply.raw.writableFinished) lookup.leave();
    });
    return answerLookup(reply, kind, await lookup.answer);
  });

  app.put(kind.keep.path, hooks, (request) => bring(gatewayOf(request), kind, request));

  app.post(kind.forget.path, hooks, (request) => forget(gatewayOf(request), kind, request));
}

async function forget(gateway: Gateway, kind: Kind, request: FastifyRequest): Promise<object> {
  const visit = openVisit(gateway, callerOf(request), questionIn(readJsonBody(request), kind.forget.body));
  return { forgotten: visit !== null && (await gateway.results.forget(visit)) };
}

type Question = Kind["lookUp"]["body"] | Kind["forget"]["body"];

/** What is asked, whichever kind it is. */
function questionIn(body: JsonBody, schema: Question): ResultRequest {
  const written = writtenArguments(body);
  const value =
    written === null ? body.value : { ...(body.value as object), arguments: JSON.parse(written) as unknown };
  const asked = parseInput(schema, value) as z.output<Kind["lookUp"]["body"]>;
  const maxAgeMs = asked.max_age_ms ?? null;
  if ("tool" in asked) {
    return {
      endpoint: asked.endpoint,
      source: { kind: "tool", name: asked.tool },
      asked: asked.arguments as Json,
      numbers: inexactNumbers(written ?? textOf(body, "arguments") ?? "{}"),
      release: asked.release ?? null,
      indexVersion: null,
      maxAgeMs,
    };
  }
  return {
    endpoint: asked.endpoint,
    source: { kind: "retrieval", name: asked.source },
    asked: { query: asked.query, filters: (asked.filters ?? {}) as Json },
    numbers: inexactNumbers(textOf(body, "filters") ?? "{}"),
    release: null,
    indexVersion: asked.index_version,
    maxAgeMs,
  };
}

/** Arguments that came as the string that OpenAI's API gives: one JSON object, as strict as a body; else `null`. */
function writtenArguments({ value }: JsonBody): string | null {
  const { arguments: written } = value as { readonly arguments?: unknown };
  if (typeof written !== "string") return null;
  try {
    scanJsonObject(Buffer.from(written));
    return written;
  } catch (error) {
    if (!(error instanceof JsonScanError)) throw error;
    const reason = "`arguments` must be an object, or a string that is the JSON of one.";
    throw new RollwardError("invalid_request", { reason, param: "arguments" }, error);
  }
}

/** A member of the body as it was written; `null` where it has none. */
function textOf({ bytes, members }: JsonBody, name: string): string | null {
  const span = members.get(name)?.value;
  return span === undefined ? null : bytes.toString("utf8", span.start, span.end);
}

/** A result goes out as it came in, byte for byte: numbers keep all their digits. */
function answerLookup(reply: FastifyReply, { given }: Kind, answer: LookupAnswer): FastifyReply | LookupAnswer {
  if (answer.status === "miss") return answer;
  const { status, key, ageMs, result } = answer;
  const head = JSON.stringify({ status, entry: key, age_ms: ageMs });
  return reply.type("application/json; charset=utf-8").send(`${head.slice(0, -1)},"${given}":${result}}`);
}

async function bring(gateway: Gateway, { kind, given, keep }: Kind, request: FastifyRequest): Promise<object> {
  const body = readJsonBody(request);
  const { claim: presented, is_error: isError = false } = parseInput(keep.body, body.value) as z.output<
    Kind["keep"]["body"]
  >;
  const claim = readClaim(presented);
  const key = callerOf(request);
  if (claim === null || claim.folder.source.kind !== kind) {
    throw new RollwardError("invalid_request", {
      reason: "`claim` is none of a lookup here: send it as the lookup gave it, to the address beside it.",
      param: "claim",
    });
  }
  const result = textOf(body, given);
  if (result === null && !isError) {
    throw new RollwardError("invalid_request", {
      reason: `The request has no \`${given}\`; a run that failed says \`is_error: true\`.`,
      param: given,
    });
  }
  if (!hasScope(key, "inference")) {
    throw new RollwardError("forbidden", { prefix: keyPrefix(key.id), action: "bring results", scope: "inference" });
  }
  routeFor(gateway, key, claim.folder.endpoint);
  const policy = policyOfSource(gateway.settings().results, claim.folder.source);
  return keepResult(gateway.results, { claim, keyId: key.id, policy, result, isError });
}
