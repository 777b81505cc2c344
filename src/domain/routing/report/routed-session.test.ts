import { expect, test } from "vitest";
import type { RoutingFact } from "../routing-fact.ts";
import { routedSessions } from "./routed-session.ts";
import type { RoutedCall } from "./routed-session.ts";

const FACT: RoutingFact = {
  strategy: "cascade",
  intended: "cheap",
  action: "routed",
  propensities: { routed: 0.9, cheap: 0.05, strong: 0.05 },
  isFirst: true,
  asked: "cheap",
  served: "cheap",
  why: "starts with cheap",
  score: null,
  characters: 40,
  escalations: [],
};

const call = (id: string, session: string, more: Partial<RoutedCall> = {}): RoutedCall => ({
  id,
  keyId: "key_1",
  session: { id: session, source: "header" },
  outcome: "ok",
  costPico: 1_000_000_000n,
  totalMs: 100,
  routing: FACT,
  attempts: [],
  ...more,
});

const later: RoutingFact = { ...FACT, isFirst: false };

test("gathers the calls of a session from the one at which its route was decided, in any order", () => {
  const calls = [
    call("call_3", "a", { routing: later, costPico: 3_000_000_000n, totalMs: 300 }),
    call("call_2", "b"),
    call("call_1", "a"),
  ];
  expect(routedSessions(calls)).toMatchObject([
    { calls: 2, costUsd: 0.004, latencyMs: 200, isGood: true, hasMoved: false, characters: 40 },
    { calls: 1, costUsd: 0.001 },
  ]);
});

test("leaves out sessions whose beginning is not there, and calls without routing", () => {
  const { routing: _, ...plain } = call("call_2", "b");
  expect(routedSessions([call("call_1", "a", { routing: later }), plain])).toEqual([]);
});

test("sessions of different keys are different ones", () => {
  expect(routedSessions([call("call_1", "a"), call("call_2", "a", { keyId: "key_2" })])).toHaveLength(2);
});

test("a failed call, or a finding in the answer that was delivered, makes a session bad", () => {
  const attempt = (end: "rejected" | "answered") => ({ end }) as RoutedCall["attempts"][number];
  const attempts = [attempt("rejected"), attempt("answered")];
  const finding = (at: number) => [{ check: "empty", detail: "", at: null, attempt: at, action: "record" }] as const;
  const isGood = (more: Partial<RoutedCall>): boolean | undefined =>
    routedSessions([call("call_1", "a", more)])[0]?.isGood;
  expect(isGood({ outcome: "failed" })).toBe(false);
  expect(isGood({ outcome: "abandoned" })).toBe(true);
  expect(isGood({ attempts, findings: finding(1) })).toBe(false);
  expect(isGood({ attempts, findings: finding(0) })).toBe(true);
});

test("an escalation, or another route at a later call, moves a session that follows the strategy", () => {
  const moved = { ...later, asked: "strong" };
  expect(routedSessions([call("call_1", "a"), call("call_2", "a", { routing: moved })])[0]?.hasMoved).toBe(true);
  const escalations = [{ from: "cheap", to: "strong", because: "" }];
  expect(routedSessions([call("call_1", "a", { routing: { ...FACT, escalations } })])[0]?.hasMoved).toBe(true);
  const drawn = { ...FACT, action: "cheap", escalations };
  expect(routedSessions([call("call_1", "a", { routing: drawn })])[0]?.hasMoved).toBe(false);
});
