import type { z } from "zod";
import type { cacheView } from "../../contract/cache.ts";
import type { callLine, callView } from "../../contract/calls.ts";
import type { CacheFact } from "../../domain/cache/cache-fact.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import { facetValue } from "../../domain/call/call-search.ts";
import type { ContextFact } from "../../domain/context/context-policy.ts";
import type { MeteredUsage } from "../../domain/money/price.ts";
import type { PromptCacheFact } from "../../domain/prompt-cache/prompt-cache-fact.ts";
import type { RoutingFact } from "../../domain/routing/routing-fact.ts";
import { traceIdOf } from "../../domain/trace/trace-ids.ts";
import type { FoundCall } from "../../ports/call-index.ts";
import { instantOf } from "./instant-of.ts";

/** A call in a line on the wire. */
export const callLineOf = ({ facts, gist, waits }: FoundCall): z.input<typeof callLine> => ({
  id: facts.id,
  at: instantOf(facts.at),
  environment: facts.environment,
  endpoint: facts.endpoint,
  release: facts.release,
  requested_model: facts.requestedModel,
  rollout: facts.rolloutId,
  arm: facts.arm,
  tier: facts.tier,
  provider: facts.provider,
  model: facts.model,
  status: facts.status,
  outcome: facts.outcome,
  error: facts.errorCode,
  stream: facts.stream,
  session: facts.session?.id ?? null,
  user: facts.user ?? null,
  key: facts.keyId,
  first_token_ms: facts.firstTokenMs,
  total_ms: facts.totalMs,
  tokens: tokensOf(facts.usage),
  cost_pico: facts.costPico.toString(),
  is_priced: facts.units?.priced !== false,
  attempts: facts.attempts.length,
  findings: facts.findings?.length ?? 0,
  kind: facetValue(facts, "kind") as "traffic",
  gist: gist === null ? null : { ...gist },
  gist_waits: gist === null && waits && facts.retainBodiesDays > 0,
});

const tokensOf = (usage: MeteredUsage | null): z.input<typeof callLine>["tokens"] =>
  usage === null
    ? null
    : { input: usage.input + usage.cachedInput + usage.cacheWrite, output: usage.output + usage.reasoning };

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

/** The facts of a call on the wire. */
export const callViewOf = (facts: CallFacts): z.input<typeof callView> => ({
  id: facts.id,
  at: instantOf(facts.at),
  key: facts.keyId,
  dialect: facts.dialect,
  requested_model: facts.requestedModel,
  endpoint: facts.endpoint,
  environment: facts.environment,
  session: facts.session,
  user: facts.user ?? null,
  trace: traceIdOf(facts),
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
    price_above: attempt.priceAbove ?? null,
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
