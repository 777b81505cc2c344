import type { AnswerSummary } from "../../domain/answer/answer.ts";
import { NO_TERMS } from "../../domain/answer/answer-terms.ts";
import { DEFAULT_ACTIONS, jointActions } from "../../domain/answer/checks-policy.ts";
import type { ChecksPolicy } from "../../domain/answer/checks-policy.ts";
import { actionOn, findInAnswer } from "../../domain/answer/find-in-answer.ts";
import { SchemaCache } from "../../domain/answer/schema/schema-cache.ts";
import type { ComparedCall } from "../../domain/backtest/compare-session.ts";
import type { CallRecord } from "../../domain/call/call-record.ts";
import type { ErrorCode } from "../../domain/errors.ts";
import type { JsonObject } from "../../domain/json.ts";
import { costPico } from "../../domain/money/price.ts";
import type { MeteredUsage } from "../../domain/money/price.ts";
import type { Release } from "../../domain/release/release.ts";
import type { FailureCause } from "../../domain/traffic/assignment.ts";
import { failureOf } from "../../domain/traffic/failure-of.ts";
import { answerOf } from "../../gateway/attempt/examine.ts";
import type { GatewaySettings } from "../../gateway/gateway.ts";
import type { Dialect } from "../../ports/dialect.ts";

/** By what calls of both releases are judged: the same for both. */
export interface JudgeTerms {
  readonly dialect: Dialect;
  readonly actions: ChecksPolicy["actions"];
  /** Whose prices count, for both. */
  readonly settings: Pick<GatewaySettings, "providers">;
}

/** What both releases look for together, as in a rollout: none looks worse for looking closer. */
export const actionsOf = (one: Release, other: Release): ChecksPolicy["actions"] =>
  jointActions(
    one.content.policies.checks?.actions ?? DEFAULT_ACTIONS,
    other.content.policies.checks?.actions ?? DEFAULT_ACTIONS,
  );

/**
 * Why a call failed where neither release can help it: its provider, a stop or too much to do on this server, no money, or
 * a fault of ours.
 */
export type Excuse = "provider" | "here" | "money" | "lost";

const EXCUSED: ReadonlySet<FailureCause | null> = new Set(["provider", "timeout", "cut"]);

/** Errors by which this server keeps a call from its provider. */
const OURS: Readonly<Partial<Record<ErrorCode, Excuse>>> = {
  paused: "here",
  overloaded: "here",
  rate_limited: "here",
  database_unavailable: "here",
  not_ready: "here",
  server_stopped: "here",
  budget_spent: "money",
  budget_held: "money",
  budget_unknown: "money",
  internal: "lost",
};

/** Why neither release can help that a call failed; `null` where it did not, or its release can. */
export function excuseOf({ facts }: Pick<CallRecord, "facts">): Excuse | null {
  const ours = facts.outcome === "failed" && facts.errorCode !== null ? OURS[facts.errorCode] : undefined;
  return ours ?? (EXCUSED.has(failureOf(facts)) ? "provider" : null);
}

/** The answer of a call as a whole; `null` where there is none. */
export function answerIn({ facts, bodies }: CallRecord, dialect: Dialect): AnswerSummary | null {
  if (facts.outcome !== "ok" || bodies.answer === null) return null;
  return answerOf(dialect, facts.stream, [asBuffer(bodies.answer)]);
}

/** Bytes as a buffer, without copying them. */
export const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A recorded call as it is compared. */
export function judgeCall(record: CallRecord, terms: JudgeTerms): ComparedCall {
  const { facts } = record;
  const answer = answerIn(record, terms.dialect);
  return {
    id: facts.id,
    failure: failureOf(facts),
    findings: [
      ...(facts.findings ?? []).map(({ check, action }) => ({ check, action })),
      ...(answer === null ? [] : findingsIn(answer, record, terms)),
    ],
    latencyMs: facts.totalMs,
    firstTokenMs: facts.firstTokenMs,
    outputTokens: facts.usage === null ? 0 : facts.usage.output + facts.usage.reasoning,
    costPico: neutralCost(record, terms),
    answer: answer === null ? null : { text: answer.text || (answer.refusal ?? ""), toolCalls: answer.toolCalls },
  };
}

/** Schemas come with requests and releases. */
const schemas = new SchemaCache();

function findingsIn(
  answer: AnswerSummary,
  { bodies }: CallRecord,
  { dialect, actions }: JudgeTerms,
): ComparedCall["findings"] {
  const terms = bodies.upstream === null ? null : termsOf(bodies.upstream, dialect);
  const asked = terms === null ? { ...actions, json: "off" as const, tools: "off" as const } : actions;
  return findInAnswer(answer, { ...(terms ?? NO_TERMS), schemas }, asked).map((one) => ({
    check: one.check,
    action: actionOn(one, actions),
  }));
}

function termsOf(body: Uint8Array, dialect: Dialect): ReturnType<NonNullable<Dialect["checking"]>["terms"]> | null {
  try {
    return dialect.checking?.terms(JSON.parse(asBuffer(body).toString()) as JsonObject) ?? null;
  } catch {
    return null;
  }
}

/**
 * What the call costs at today's prices with nothing read from a prompt cache: the recorded call found the provider's
 * cache warm, and its replay finds it cold. A model that has no price any more costs what it cost then.
 */
function neutralCost({ facts }: CallRecord, { settings }: JudgeTerms): bigint {
  return facts.attempts.reduce((sum, { provider, model, usage, costPico: charged }) => {
    const price = settings.providers.get(provider)?.prices.get(model);
    return sum + (usage === null || price === undefined ? charged : costPico(uncached(usage), price));
  }, 0n);
}

const uncached = ({ input, cachedInput, cacheWrite, output, reasoning, tier }: MeteredUsage) => ({
  input: input + cachedInput + cacheWrite,
  cachedInput: 0,
  cacheWrite: 0,
  output,
  reasoning,
  ...(tier !== undefined && { tier }),
});
