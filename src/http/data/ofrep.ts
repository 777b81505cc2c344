import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasScope, keyPrefix } from "../../domain/access/presented-key.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { EvaluationContext } from "../../domain/flags/condition.ts";
import type { Evaluation } from "../../domain/flags/evaluation.ts";
import type { Environments, Gateway } from "../../gateway/gateway.ts";
import { openFlags } from "../../gateway/flags/open-flags.ts";
import type { OpenFlags } from "../../gateway/flags/open-flags.ts";
import { sha256Hex } from "../../kit/hash.ts";
import { readJsonBody } from "../admin/serve-route.ts";
import { callerOf, identifyCaller } from "../caller.ts";
import { headerOf } from "../header-of.ts";
import { OFREP_FLAGS } from "../ofrep-error.ts";
import type { OfrepFailure } from "../ofrep-error.ts";
import { allowOrigins, answerPreflights } from "./flag-origins.ts";

/** Largest context, bytes: all flags look at it. */
const MOST_CONTEXT = 64 * 1024;

/**
 * The OpenFeature Remote Evaluation Protocol, version 0.3.0: one flag, as providers of servers ask for it, and all flags
 * with an ETag, as those of browsers do.
 */
export function ofrep(app: FastifyInstance, gateway: Gateway): void {
  const { environments } = gateway;
  const hooks = { onRequest: [allowOrigins(environments), identifyCaller(gateway), admitAsker(environments)] };
  answerPreflights(app, environments);

  app.post<{ Params: { key: string } }>(`${OFREP_FLAGS}/:key`, hooks, (request, reply) => {
    const { key } = request.params;
    const read = contextOf(request, key);
    if ("failure" in read) return reply.code(400).send(read.failure);
    const evaluation = flagsFor(gateway, request, read.context).evaluate(key);
    if (evaluation === null) return reply.code(404).send(notFound(key));
    return reply.code(evaluation.error === null ? 200 : 400).send(wireOf(evaluation));
  });

  app.post(OFREP_FLAGS, hooks, async (request, reply) => {
    const read = contextOf(request, null);
    if ("failure" in read) return reply.code(400).send(read.failure);
    const body = JSON.stringify({ flags: await evaluateAll(flagsFor(gateway, request, read.context), gateway) });
    return answerWithTag(request, reply, body);
  });
}

/** What the key may ask for is for all flags at once to tell. */
const notFound = (key: string): OfrepFailure => ({
  key,
  errorCode: "FLAG_NOT_FOUND",
  errorDetails: `There is no flag named ${key}.`,
});

/** Lets a key in that may ask for flags, and not too often. */
function admitAsker(environments: Environments) {
  return (request: FastifyRequest, _reply: unknown, done: (fault?: Error) => void): void => {
    const key = callerOf(request);
    if (!hasScope(key, "flags") && !hasScope(key, "inference")) {
      done(new RollwardError("forbidden", { prefix: keyPrefix(key.id), action: "ask for flags", scope: "flags" }));
      return;
    }
    const own = environments.forKey(key);
    const waitMs = own.flags.admit(key.id);
    const rate = own.settings().evaluations;
    if (waitMs === 0 || rate === undefined || rate === null) return done();
    const details = { amount: rate.amount, seconds: rate.windowMs / 1_000, retryAfter: Math.ceil(waitMs / 1_000) };
    done(new RollwardError("flags_rate_limited", details));
  };
}

const flagsFor = ({ environments }: Gateway, request: FastifyRequest, context: EvaluationContext): OpenFlags => {
  const key = callerOf(request);
  return openFlags(environments.forKey(key), { key, context });
};

/** The context of a request, or why there is none. */
type ReadContext = { readonly context: EvaluationContext } | { readonly failure: OfrepFailure };

/** Reads the context of a request for a flag, or for all (`null`). Throws `malformed_json`. */
function contextOf(request: FastifyRequest, key: string | null): ReadContext {
  const refuse = (errorDetails: string): ReadContext => ({
    failure: { ...(key !== null && { key }), errorCode: "INVALID_CONTEXT", errorDetails },
  });
  if (Buffer.isBuffer(request.body) && request.body.length > MOST_CONTEXT) {
    return refuse(`The context is larger than ${MOST_CONTEXT} bytes.`);
  }
  const { context } = readJsonBody(request).value as { readonly context?: unknown };
  if (typeof context !== "object" || context === null || Array.isArray(context)) {
    return refuse("The request has no `context`: send an object, for example with a `targetingKey`.");
  }
  const { targetingKey } = context as EvaluationContext;
  if (targetingKey !== undefined && typeof targetingKey !== "string") return refuse("`targetingKey` must be a text.");
  return { context: context as EvaluationContext };
}

/** An evaluation as OFREP has it. */
function wireOf({ key, value, variant, reason, rule, cause, error, metadata }: Evaluation): object {
  if (error !== null) return { key, errorCode: error.code, errorDetails: error.message, metadata };
  const own = { ...(rule !== null && { rule }), ...(cause !== null && { cause }) };
  return { key, value, reason, variant, metadata: { ...metadata, ...own } };
}

/** After this long other requests have a turn, ms. */
const TURN_MS = 5;

async function evaluateAll(flags: OpenFlags, { clock }: Gateway): Promise<readonly object[]> {
  const answers: object[] = [];
  let since = clock.elapsed();
  for (const key of flags.keys()) {
    const evaluation = flags.evaluate(key);
    if (evaluation !== null) answers.push(wireOf(evaluation));
    if (clock.elapsed() - since < TURN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    since = clock.elapsed();
  }
  return answers;
}

/** Answers with a body, or says that it is what the client has already (RFC 9110, section 13.1.2). */
function answerWithTag(request: FastifyRequest, reply: FastifyReply, body: string): FastifyReply {
  const tag = `"${sha256Hex(body).slice(0, 32)}"`;
  reply.header("etag", tag);
  const known = (headerOf(request, "if-none-match") ?? "").split(",").map((one) => one.trim().replace(/^W\//, ""));
  if (known.includes(tag) || known.includes("*")) return reply.code(304).send();
  return reply.header("content-type", "application/json; charset=utf-8").send(body);
}
