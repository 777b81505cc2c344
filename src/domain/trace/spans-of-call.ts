import type { AttemptRecord, CallFacts, StageTiming } from "../call/call-record.ts";
import type { MeteredUsage } from "../money/price.ts";
import { maskText } from "../../kit/mask-text.ts";
import { ROUTES, operationOf, providerNameOf } from "./provider-identity.ts";
import type { ProviderIdentity } from "./provider-identity.ts";
import type { SampleReason } from "./sample-trace.ts";
import { namesIn } from "./semantic-names.ts";
import type { SemanticVersion } from "./semantic-name.ts";
import type { SemanticKey } from "./semantic-names.ts";
import type { ExchangeFacts } from "./read-exchange.ts";
import { SPAN_NUMBERS, spanIdOf, traceIdOf } from "./trace-ids.ts";
import type { AttributeValue, Attributes, SpanEvent, TraceSpan } from "./trace-span.ts";

/** What is known of a call beside its facts. */
export interface SpanTerms {
  readonly version: SemanticVersion;
  /** Who a provider of the project is; `null` for one that it no longer has. */
  identityOf(provider: string): ProviderIdentity | null;
  /** What the bytes of the call say; `null` where there are none. */
  readonly exchange: ExchangeFacts | null;
  /** Why the trace is kept; `null` where nobody chose. */
  readonly because: SampleReason | null;
}

/** Longest message of an error on a span, characters. */
const MOST_MESSAGE = 500;

/**
 * The spans of a finished call, from its record: the server's, then one for each stage and each attempt, all children of
 * the first. Attempts are siblings: a retry is no part of what it retries, and a stream outlives the stage that began it.
 */
export function spansOfCall(facts: CallFacts, terms: SpanTerms): readonly TraceSpan[] {
  const maker = new SpanMaker(facts, terms);
  return [
    maker.call(),
    ...facts.stages.map((stage, index) => maker.stage(stage, index)),
    ...facts.attempts.map((attempt, index) => maker.attempt(attempt, index)),
  ];
}

/** The attributes of one span, by what they mean; nothing that is absent gets in. */
type Known = Partial<Readonly<Record<SemanticKey, AttributeValue | null | undefined>>>;

class SpanMaker {
  readonly #facts: CallFacts;
  readonly #terms: SpanTerms;
  readonly #names: Readonly<Record<SemanticKey, string>>;
  readonly #traceId: string;
  readonly #root: string;
  /** The attempt whose answer the client received, or that was the last to be made. */
  readonly #served: AttemptRecord | undefined;

  constructor(facts: CallFacts, terms: SpanTerms) {
    this.#facts = facts;
    this.#terms = terms;
    this.#names = namesIn(terms.version);
    this.#traceId = traceIdOf(facts);
    this.#root = spanIdOf(facts.id, SPAN_NUMBERS.call);
    this.#served =
      facts.attempts.findLast(({ end }) => end === "answered" || end === undefined) ?? facts.attempts.at(-1);
  }

  call(): TraceSpan {
    const facts = this.#facts;
    const route = ROUTES[facts.dialect];
    const isFault = facts.status >= 500;
    return {
      ...this.#place(this.#root, facts.parentSpan?.spanId ?? null),
      name: route === undefined ? facts.dialect : `POST ${route}`,
      kind: "server",
      startUs: this.#at(0),
      endUs: this.#at(facts.totalMs),
      // A client's own mistake is no error of the server, by the conventions for HTTP.
      status: isFault ? "error" : "unset",
      statusMessage: isFault ? (facts.errorCode ?? "") : "",
      attributes: this.#attributes(callAttributes(facts, this.#terms.because, route)),
      events: this.#callEvents(),
    };
  }

  stage({ stage, startMs, endMs }: StageTiming, index: number): TraceSpan {
    const { outcome, errorCode, stages } = this.#facts;
    // The stage that throws is the last one: what failed ends there.
    const hasThrown = outcome === "failed" && index === stages.length - 1;
    return {
      ...this.#place(spanIdOf(this.#facts.id, SPAN_NUMBERS.stages + index), this.#root),
      name: stage,
      kind: "internal",
      startUs: this.#at(startMs),
      endUs: this.#at(endMs),
      status: hasThrown ? "error" : "unset",
      statusMessage: hasThrown ? (errorCode ?? "") : "",
      attributes: this.#attributes({ stage, errorType: hasThrown ? errorCode : null }),
      events: [],
    };
  }

  attempt(attempt: AttemptRecord, index: number): TraceSpan {
    const { dialect, id } = this.#facts;
    const { error, end, model } = attempt;
    const hasFailed = error !== null && (end === undefined || end === "failed" || end === "rejected");
    const endUs = this.#at(attempt.endMs);
    return {
      ...this.#place(attempt.spanId ?? spanIdOf(id, SPAN_NUMBERS.attempts + index), this.#root),
      name: model === "" ? operationOf(dialect) : `${operationOf(dialect)} ${model}`,
      // One that was not made has no server at its other end.
      kind: end === "skipped" ? "internal" : "client",
      startUs: this.#at(attempt.startMs),
      endUs,
      status: hasFailed ? "error" : "unset",
      statusMessage: hasFailed ? messageOf(error.message) : "",
      attributes: this.#attributes(this.#attemptAttributes(attempt)),
      events: hasFailed
        ? [
            this.#event("exceptionEvent", endUs, {
              exceptionType: error.code,
              exceptionMessage: messageOf(error.message),
            }),
          ]
        : [],
    };
  }

  #attemptAttributes(attempt: AttemptRecord): Known {
    const facts = this.#facts;
    const identity = this.#terms.identityOf(attempt.provider);
    const usesOpenAi = identity?.kind === "openai-compatible";
    const { exchange } = this.#terms;
    return {
      operation: operationOf(facts.dialect),
      provider: providerNameOf(attempt.provider, identity ?? UNKNOWN),
      requestModel: attempt.model || null,
      conversation: facts.session?.id,
      stream: facts.stream || null,
      serverAddress: identity?.host,
      serverPort: identity?.port,
      httpStatus: attempt.status,
      errorType: attempt.error?.code,
      firstChunk: facts.stream && attempt.firstByteMs !== null ? seconds(attempt.firstByteMs - attempt.startMs) : null,
      openAiApi: usesOpenAi ? OPENAI_APIS[facts.dialect] : null,
      responseTier: usesOpenAi ? attempt.usage?.tier : null,
      promptName: facts.release === null ? null : facts.endpoint,
      promptVersion: facts.release?.slice(facts.release.lastIndexOf("@") + 1),
      ...usageAttributes(attempt.usage),
      ...(exchange?.asked as Known | undefined),
      requestTier: usesOpenAi ? exchange?.asked.requestTier : null,
      ...(attempt === this.#served && attempt.end !== "failed" && { ...(exchange?.answered as Known | undefined) }),
      ...(attempt === this.#served &&
        attempt.end !== "failed" && {
          finishReasons: facts.finishReason === null ? null : [facts.finishReason],
        }),
      releaseId: facts.releaseId,
      arm: facts.arm,
      rolloutId: facts.rolloutId,
      costUsd: usdOf(attempt.costPico),
      requestSha256: exchange?.requestSha256,
      attemptReason: attempt.reason,
      attemptEnd: attempt.end,
      configuredProvider: attempt.provider,
      estimatedUsage: attempt.usage?.estimated === true ? true : null,
    };
  }

  #callEvents(): readonly SpanEvent[] {
    const { firstTokenMs, totalMs, findings = [] } = this.#facts;
    return [
      ...(firstTokenMs === null ? [] : [this.#event("firstTokenEvent", this.#at(firstTokenMs), {})]),
      ...findings.map(({ check }) => this.#event("findingEvent", this.#at(totalMs), { finding: check })),
    ];
  }

  #event(name: SemanticKey, atUs: number, known: Known): SpanEvent {
    return { name: this.#names[name], atUs, attributes: this.#attributes(known) };
  }

  #place(spanId: string, parentSpanId: string | null): Pick<TraceSpan, "traceId" | "spanId" | "parentSpanId"> {
    return { traceId: this.#traceId, spanId, parentSpanId };
  }

  #attributes(known: Known): Attributes {
    const attributes: Record<string, AttributeValue> = {};
    for (const key in known) {
      const value = known[key as SemanticKey];
      if (value != null) attributes[this.#names[key as SemanticKey]] = value;
    }
    return attributes;
  }

  #at(offsetMs: number): number {
    return Math.round((this.#facts.at + offsetMs) * 1_000);
  }
}

const UNKNOWN: ProviderIdentity = { kind: "", host: null, port: null };

const OPENAI_APIS: Readonly<Record<string, string>> = {
  "openai-chat": "chat_completions",
  "openai-responses": "responses",
};

const callAttributes = (facts: CallFacts, because: SampleReason | null, route: string | undefined): Known => ({
  httpMethod: route === undefined ? null : "POST",
  httpRoute: route,
  httpStatus: facts.status,
  conversation: facts.session?.id,
  errorType: facts.errorCode,
  callId: facts.id,
  requestedModel: facts.requestedModel || null,
  environment: facts.environment,
  endpoint: facts.endpoint,
  release: facts.release,
  releaseId: facts.releaseId,
  arm: facts.arm,
  rolloutId: facts.rolloutId,
  tier: facts.tier,
  cacheStatus: facts.cache?.status,
  keyId: facts.keyId,
  outcome: facts.outcome,
  costUsd: usdOf(facts.costPico),
  priceVersion: facts.priceVersion,
  backtest: facts.backtest?.id,
  sampledBecause: because,
});

/** Our classes are disjoint; the convention's input includes what caches had to do with it, and its output the reasoning. */
function usageAttributes(usage: MeteredUsage | null): Known {
  if (usage === null) return {};
  const { input, cachedInput, cacheWrite, output, reasoning } = usage;
  return {
    inputTokens: input + cachedInput + cacheWrite,
    outputTokens: output + reasoning,
    cacheReadTokens: cachedInput || null,
    cacheWriteTokens: cacheWrite || null,
    reasoningTokens: reasoning || null,
  };
}

const seconds = (ms: number): number => Math.round(ms * 1_000) / 1_000_000;

/** Pico-dollars as dollars, for reading: a double has 15 digits. */
const usdOf = (pico: bigint): number => Number(pico) / 1e12;

const messageOf = (message: string): string => maskText(message).slice(0, MOST_MESSAGE);
