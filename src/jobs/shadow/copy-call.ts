import { compareSession, hasNewStructure } from "../../domain/backtest/compare-session.ts";
import type { ComparedCall } from "../../domain/backtest/compare-session.ts";
import type { CallRecord } from "../../domain/call/call-record.ts";
import { isFailing } from "../../domain/answer/checks-policy.ts";
import { isInvalid, isRefusal } from "../../domain/answer/finding.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { ShadowPair, ShadowSide } from "../../domain/shadow/shadow-pair.ts";
import { SPAN_NUMBERS, spanIdOf, traceIdOf } from "../../domain/trace/trace-ids.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { ShownAnswer } from "../../ports/pair-judge.ts";
import type { CallToCopy } from "../../ports/shadow-copies.ts";
import { actionsOf, asBuffer, excuseOf, judgeCall } from "../backtest/judge-call.ts";
import { keptRecord } from "../backtest/kept-record.ts";
import { bringsResults } from "../backtest/recorded-session.ts";
import { replayCall, replayKey } from "../backtest/replay-call.ts";
import type { CallUnderWay } from "../backtest/replay-call.ts";
import { replayGateways } from "../backtest/replay-gateway.ts";
import { Purse } from "../backtest/purse.ts";
import type { PairToJudge } from "./pair-judging.ts";

/** A copy to be made. */
export interface CopyTerms {
  readonly live: Gateway;
  readonly replicaId: string;
  /** Most that it may cost, pico-dollars. */
  readonly mostPico: bigint;
}

/** Begins a copy: the candidate is asked what stable was asked, on the stages of a live call. */
export function beginCopy({ channel, shadow, dialect, record }: CallToCopy, terms: CopyTerms): CallUnderWay {
  const { live, replicaId, mostPico } = terms;
  const { candidate, rolloutId } = shadow;
  const gateways = replayGateways({ live, channel, candidate, backtest: rolloutId, replicaId, purpose: "shadow" });
  // The copy's calls take from this purse as they need, up to its end.
  const budgets = new Purse(mostPico, 0n).setAside(0n);
  if (budgets === null || record.bodies.request === null)
    throw new Error("A copy was begun without money or a request.");
  const bytes = asBuffer(record.bodies.request);
  const { session } = record.facts;
  return replayCall(gateways, { key: replayKey(rolloutId, channel.environment), budgets }, { dialect, bytes, session });
}

/** Whether the request's last message brings results of tools; a body that cannot be read brings none. */
export function isOfTools({ dialect, record }: Pick<CallToCopy, "dialect" | "record">): boolean {
  const request = requestIn(record);
  return request !== null && bringsResults(dialect, request);
}

function requestIn({ bodies: { request } }: CallRecord): JsonObject | null {
  if (request === null) return null;
  try {
    return JSON.parse(asBuffer(request).toString()) as JsonObject;
  } catch {
    return null;
  }
}

/** A pair, and what a judge is shown of it. */
export interface FoundPair extends Pick<PairToJudge, "stable" | "candidate" | "request"> {
  readonly pair: ShadowPair;
}

/** Compares both answers. What both releases look for is looked for in both. */
export function pairOf(
  call: CallToCopy,
  copy: CallRecord,
  { live, at }: { readonly live: Gateway; readonly at: number },
): FoundPair {
  const { stable, shadow, dialect, record } = call;
  const judge = { dialect, actions: actionsOf(stable, shadow.candidate), settings: live.settings() };
  const [baseline, candidate] = [judgeCall(record, judge), judgeCall(copy, judge)];
  const [turn] = compareSession([{ baseline: [baseline], candidate: [candidate], isDiverged: false }]).turns;
  const pair = {
    at,
    stable: sideOf(baseline),
    candidate: sideOf(candidate),
    copyPico: copy.facts.costPico.toString(),
    excused: excuseOf(record) !== null || excuseOf(copy) !== null,
    change:
      turn === undefined || turn.isExact === null || turn.similarity === null
        ? null
        : {
            isExact: turn.isExact,
            similarity: turn.similarity,
            hasNewStructure: hasNewStructure(turn),
            usesTools: turn.usesTools,
            tools: turn.tools,
          },
  };
  return { pair, request: () => requestIn(record), stable: shown(baseline), candidate: shown(candidate) };
}

const shown = ({ answer }: ComparedCall): ShownAnswer | null =>
  answer === null
    ? null
    : {
        text: answer.text,
        tool_calls: answer.toolCalls.map(({ name, arguments: given }) => ({ name, arguments: given })),
      };

function sideOf(call: ComparedCall): ShadowSide {
  const failed = call.failure !== null || call.findings.some(({ action }) => isFailing(action));
  return {
    call: call.id,
    failed,
    refused: call.findings.some(({ check }) => isRefusal(check)),
    invalid: call.findings.some(({ check }) => isInvalid(check)),
    callsTools: (call.answer?.toolCalls.length ?? 0) > 0,
    latencyMs: failed ? null : call.latencyMs,
    firstTokenMs: failed ? null : call.firstTokenMs,
    outputTokens: call.outputTokens,
    costPico: Number(call.costPico),
  };
}

/** The copy as it is kept: of the arm that nobody sees, in the trace of the call that it copies. */
export function keptCopy(
  record: CallRecord,
  { shadow: { candidate, rolloutId }, record: original }: CallToCopy,
): CallRecord {
  const { facts, bodies } = keptRecord(record, candidate, { arm: "shadow", rolloutId });
  const { id, parentSpan } = original.facts;
  const under = { spanId: spanIdOf(id, SPAN_NUMBERS.call), sampled: parentSpan?.sampled ?? false };
  return { facts: { ...facts, traceId: traceIdOf(original.facts), parentSpan: under }, bodies };
}
