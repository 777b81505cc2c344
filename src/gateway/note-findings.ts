import { DEFAULT_ACTIONS } from "../domain/answer/checks-policy.ts";
import { answerOf } from "./attempt/examine.ts";
import { checksOf, findingsIn, needsReading, plainFindings } from "./find-in-call.ts";
import type { WeighedFinding } from "./find-in-call.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall } from "./open-call.ts";
import { present } from "./present.ts";
import { referenceOfOpen } from "./reference-of-open.ts";

/**
 * Notes what is wrong with an answer that has gone out whole, unless it was examined before. Runs after delivery, so
 * it delays nobody. Never throws: whatever happens here, the call is settled.
 */
export function noteFindings(gateway: Gateway, call: OpenCall): void {
  const { ending, answerFacts, isExamined, attempts } = call;
  if (ending?.outcome !== "ok" || answerFacts === null || isExamined || attempts.length === 0) return;
  if (call.arrival.dialect.checking === undefined) return;
  try {
    const attempt = attempts.length - 1;
    for (const one of found(call, answerFacts)) call.findings.push({ ...one, attempt });
  } catch (error) {
    gateway.announcer.troubled(`checking the answer of ${call.id}`, error, referenceOfOpen(call));
  }
}

function found(call: OpenCall, answerFacts: NonNullable<OpenCall["answerFacts"]>): readonly WeighedFinding[] {
  const actions = checksOf(call)?.actions ?? DEFAULT_ACTIONS;
  if (!needsReading(actions)) return plainFindings(answerFacts, actions);
  const answer = answerOf(call.arrival.dialect, present(call.request).stream, call.answer);
  return answer === null
    ? plainFindings(answerFacts, actions)
    : findingsIn(call, answer, { actions, body: call.upstreamBody });
}
