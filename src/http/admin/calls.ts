import type { ContextFact } from "../../domain/context/context-policy.ts";
import type { FastifyInstance } from "fastify";
import { isUtf8 } from "node:buffer";
import type { z } from "zod";
import { listCalls, showCall } from "../../contract/calls.ts";
import type { callView } from "../../contract/calls.ts";
import type { cacheView } from "../../contract/cache.ts";
import type { CacheFact } from "../../domain/cache/cache-fact.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { MeteredUsage } from "../../domain/money/price.ts";
import type { PromptCacheFact } from "../../domain/prompt-cache/prompt-cache-fact.ts";
import type { RoutingFact } from "../../domain/routing/routing-fact.ts";
import type { CallFilter } from "../../ports/call-store.ts";
import type { AdminTerms } from "./admin-terms.ts";
import { feedbackViewOf } from "./feedback.ts";
import { requireNamed } from "./place-of.ts";
import { serveRoute } from "./serve-route.ts";
import { instantOf } from "./instant-of.ts";

/** Recorded calls: lists of facts, and one call with its bytes. */
export function calls(app: FastifyInstance, admin: AdminTerms): void {
  const { gateway } = admin;

  serveRoute(app, { gateway, route: listCalls }, async ({ query, environment }) => {
    const { rollout, since, ...rest } = query;
    const filter: CallFilter = {
      environment,
      ...(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)) as { limit: number }),
      ...(rollout === undefined ? {} : { rolloutId: rollout }),
      ...(since === undefined ? {} : { since: Date.parse(since) }),
    };
    return { data: (await admin.calls.list(filter)).map(viewOf) };
  });

  serveRoute(app, { gateway, route: showCall }, async ({ params, named }) => {
    const notThere = new RollwardError("call_not_found", { call: params.call });
    const facts = await admin.calls.facts(params.call);
    if (facts === null) throw notThere;
    requireNamed({ named }, facts.environment, notThere);
    const bodies = await admin.calls.bodies(params.call);
    const said = await admin.feedback.list({ callId: params.call, limit: 100 });
    return {
      ...viewOf(facts),
      feedback: said.map(feedbackViewOf),
      bodies: {
        request: bodyOf(bodies?.request ?? null),
        upstream: bodyOf(bodies?.upstream ?? null),
        answer: bodyOf(bodies?.answer ?? null),
      },
    };
  });
}

function bodyOf(bytes: Uint8Array | null): { bytes: number; text?: string; base64?: string } | null {
  if (bytes === null) return null;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return isUtf8(buffer)
    ? { bytes: buffer.length, text: buffer.toString() }
    : { bytes: buffer.length, base64: buffer.toString("base64") };
}

const usageOf = (usage: MeteredUsage): z.input<typeof callView>["usage"] => ({
  input: usage.input,
  cached_input: usage.cachedInput,
  cache_write: usage.cacheWrite,
  output: usage.output,
  reasoning: usage.reasoning,
  estimated: usage.estimated,
  service_tier: usage.tier ?? null,
});

const cacheOf = ({
  status,
  key,
  bypassed,
  kept,
  waitedMs,
  source,
  semantic,
}: CacheFact): z.input<typeof cacheView> => ({
  ...(semantic !== undefined && {
    semantic: {
      outcome: semantic.outcome,
      similarity: semantic.similarity,
      score: semantic.score,
      audited: semantic.audited,
      verdict: semantic.verdict,
      trouble: semantic.trouble,
      call: semantic.callId,
    },
  }),
  status,
  key,
  bypassed,
  kept,
  waited_ms: waitedMs,
  source:
    source === null
      ? null
      : {
          call: source.callId,
          age_ms: source.ageMs,
          usage: source.usage === null ? null : usageOf(source.usage),
          saved_pico: source.savedPico,
        },
});

const promptCacheOf = (fact: PromptCacheFact): NonNullable<z.input<typeof callView>["prompt_cache"]> => ({
  marks: fact.marks,
  read_tokens: fact.readTokens,
  written_tokens: fact.writtenTokens,
  saved_pico: fact.savedPico,
});

const routingOf = (routing: RoutingFact): z.input<typeof callView>["routing"] => ({
  strategy: routing.strategy,
  intended: routing.intended,
  action: routing.action,
  propensities: { ...routing.propensities },
  is_first: routing.isFirst,
  asked: routing.asked,
  served: routing.served,
  why: routing.why,
  score: routing.score,
  characters: routing.characters,
  escalations: routing.escalations.map((one) => ({ ...one })),
  judgements: (routing.judgements ?? []).map(({ model, mark, trouble, tookMs, costPico }) => ({
    model,
    mark,
    trouble,
    took_ms: tookMs,
    cost_pico: costPico,
  })),
});

const viewOf = (facts: CallFacts): z.input<typeof callView> => ({
  id: facts.id,
  at: instantOf(facts.at),
  key: facts.keyId,
  dialect: facts.dialect,
  requested_model: facts.requestedModel,
  endpoint: facts.endpoint,
  environment: facts.environment,
  session: facts.session,
  rollout: facts.rolloutId,
  release: facts.release,
  arm: facts.arm,
  placement: facts.placement ?? null,
  tier: facts.tier,
  provider: facts.provider,
  model: facts.model,
  stream: facts.stream,
  status: facts.status,
  outcome: facts.outcome,
  error: facts.errorCode,
  finish_reason: facts.finishReason,
  stages: facts.stages.map(({ stage, startMs, endMs }) => ({ stage, start_ms: startMs, end_ms: endMs })),
  attempts: facts.attempts.map((attempt) => ({
    provider: attempt.provider,
    model: attempt.model,
    reason: attempt.reason ?? null,
    left_out: [...(attempt.leftOut ?? [])],
    end: attempt.end ?? null,
    key: attempt.key ?? null,
    start_ms: attempt.startMs,
    first_byte_ms: attempt.firstByteMs,
    end_ms: attempt.endMs,
    status: attempt.status,
    error: attempt.error,
    usage: attempt.usage === null ? null : usageOf(attempt.usage),
    cost_pico: attempt.costPico.toString(),
  })),
  first_token_ms: facts.firstTokenMs,
  total_ms: facts.totalMs,
  usage: facts.usage === null ? null : usageOf(facts.usage),
  units: facts.units ?? null,
  cost_pico: facts.costPico.toString(),
  price_version: facts.priceVersion,
  ...(facts.cache !== undefined && { cache: cacheOf(facts.cache) }),
  ...(facts.context !== undefined && { context: contextView(facts.context) }),
  ...(facts.promptCache !== undefined && { prompt_cache: promptCacheOf(facts.promptCache) }),
  findings: (facts.findings ?? []).map(({ check, detail, at, attempt, action }) => ({
    check,
    detail,
    at,
    attempt,
    action,
  })),
  ...(facts.routing !== undefined && { routing: routingOf(facts.routing) }),
  ...(facts.backtest !== undefined && { backtest: { ...facts.backtest } }),
  overrides: [...facts.overrides],
});

const contextView = (fact: ContextFact): NonNullable<z.input<typeof callView>["context"]> => ({
  done: fact.done,
  tokens: fact.tokens,
  is_estimate: fact.isEstimate,
  window_tokens: fact.windowTokens,
  reserved_tokens: fact.reservedTokens,
  cut_messages: fact.cutMessages,
  cut_tokens: fact.cutTokens,
  ...(fact.cutFrom !== undefined && { cut_from: fact.cutFrom }),
  ...(fact.cutTo !== undefined && { cut_to: fact.cutTo }),
  ...(fact.summaryPico !== undefined && { summary_pico: fact.summaryPico }),
  ...(fact.trouble !== undefined && { trouble: fact.trouble }),
});
