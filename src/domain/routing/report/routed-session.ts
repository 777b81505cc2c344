import type { CallFacts } from "../../call/call-record.ts";
import { sessionUnit } from "../../traffic/session.ts";
import type { RoutingFact } from "../routing-fact.ts";
import { ROUTED } from "../routing-policy.ts";

/** One session of the sample: what was done with it, with which probability, and what came of it. */
export interface RoutedSession {
  /** `routed`, or the route that was drawn by lot. */
  readonly action: string;
  readonly propensities: RoutingFact["propensities"];
  /** The route that the strategy wanted at its first call. */
  readonly intended: string;
  /** Length of its first request, characters. */
  readonly characters: number;
  /** Whether every answer it got was good: complete, and without a finding of the answer checks. */
  readonly isGood: boolean;
  /** Of all its calls and attempts, USD. */
  readonly costUsd: number;
  /** Mean time of its calls, ms. */
  readonly latencyMs: number;
  readonly calls: number;
  /** Whether it was asked of more than one route by the strategy, an escalation included. */
  readonly hasMoved: boolean;
}

/** The part of a recorded call that the report reads. */
export type RoutedCall = Pick<
  CallFacts,
  "id" | "keyId" | "session" | "outcome" | "costPico" | "totalMs" | "routing" | "findings" | "attempts"
>;

const PICO_PER_USD = 1e12;

/**
 * The sessions in recorded calls, in the order of their first calls. A session counts from the call at which its
 * route was decided; one whose beginning is not among the calls is left out, for its propensity is not known. A client
 * that left is no failure.
 */
export function routedSessions(calls: Iterable<RoutedCall>): readonly RoutedSession[] {
  const bySession = Map.groupBy(
    [...calls].filter(({ routing, session }) => routing !== undefined && session !== null),
    (call) => (call.session === null ? call.id : sessionUnit(call.keyId ?? "", call.session)),
  );
  const begun: { readonly id: string; readonly session: RoutedSession }[] = [];
  for (const own of bySession.values()) {
    const ordered = own.toSorted((one, other) => (one.id < other.id ? -1 : 1));
    const start = ordered.findIndex(({ routing }) => routing?.isFirst === true);
    const first = ordered[start];
    if (first?.routing === undefined) continue;
    begun.push({ id: first.id, session: sessionOfCalls(first.routing, ordered.slice(start)) });
  }
  return begun.toSorted((one, other) => (one.id < other.id ? -1 : 1)).map(({ session }) => session);
}

function sessionOfCalls(first: RoutingFact, calls: readonly RoutedCall[]): RoutedSession {
  const costPico = calls.reduce((sum, call) => sum + call.costPico, 0n);
  const isRouted = first.action === ROUTED;
  return {
    action: first.action,
    propensities: first.propensities,
    intended: first.intended,
    characters: first.characters,
    isGood: calls.every(isGoodAnswer),
    costUsd: Number(costPico) / PICO_PER_USD,
    latencyMs: calls.reduce((sum, { totalMs }) => sum + totalMs, 0) / calls.length,
    calls: calls.length,
    hasMoved: isRouted && calls.some(({ routing }) => routing !== undefined && movedFrom(first, routing)),
  };
}

/** Findings of answers that were rejected and never seen by the client do not count. */
function isGoodAnswer({ outcome, findings = [], attempts }: RoutedCall): boolean {
  const delivered = attempts.findLastIndex(({ end }) => end === "answered");
  const isSeen = (attempt: number): boolean => delivered < 0 || attempt === delivered;
  return outcome !== "failed" && !findings.some(({ attempt, check }) => isSeen(attempt) && check !== "verifier");
}

const movedFrom = (first: RoutingFact, { asked, escalations }: RoutingFact): boolean =>
  asked !== first.asked || escalations.length > 0;
