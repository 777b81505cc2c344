import { describe, expect, test } from "vitest";
import { WHOLE_FACTS } from "../../test/fixtures/whole-facts.ts";
import type { CallFacts } from "../domain/call/call-record.ts";
import type { Turn } from "../domain/traffic/assignment.ts";
import { NO_OBSERVER } from "../ports/session-observer.ts";
import type { OpenCall, Placement } from "./open-call.ts";
import { tellEvidence } from "./tell-evidence.ts";

const DRAWN = { unit: "ses", evidenceOf: "rol_1", drawnFor: "rol_1" };

/** What the evidence hears of a call that was placed so and ended so. */
function heardOf(
  placement: Partial<Placement>,
  changes: Partial<CallFacts>,
  begun?: OpenCall["begun"],
): readonly unknown[] {
  const heard: unknown[] = [];
  const observer = {
    ...NO_OBSERVER,
    turnDropped: (rolloutId: string, session: string, begun: number) =>
      void heard.push(["dropped", rolloutId, session, begun]),
    turnEnded: ({ rolloutId, session, failure, begun }: Turn) =>
      void heard.push(["turn", rolloutId, session, failure, ...(begun === undefined ? [] : [begun])]),
    leftOut: (rolloutId: string, session: string) => void heard.push(["left out", rolloutId, session]),
  };
  const call = { placement, ...(begun !== undefined && { begun }), findings: [], request: null } as unknown as OpenCall;
  tellEvidence({ observer }, call, { ...WHOLE_FACTS, findings: [], attempts: [], ...changes });
  return heard;
}

const REFUSALS = ["budget_spent", "budget_held", "budget_unknown", "paused"] as const;

describe("what the evidence is told of a call", () => {
  test.each(REFUSALS)("a session that was drawn by a call which ends with %s is left out", (errorCode) => {
    expect(heardOf(DRAWN, { errorCode })).toEqual([["left out", "rol_1", "ses"]]);
  });

  test("a session that was drawn by a call which another release answered is left out", () => {
    expect(heardOf({ ...DRAWN, evidenceOf: null }, { outcome: "ok", errorCode: null })).toEqual([
      ["left out", "rol_1", "ses"],
    ]);
  });

  test("a later call that is refused or answered from elsewhere says nothing of its session", () => {
    const { drawnFor: _, ...later } = DRAWN;
    expect(heardOf(later, { errorCode: "budget_spent" })).toEqual([]);
    expect(heardOf({ ...later, evidenceOf: null }, { outcome: "ok", errorCode: null })).toEqual([]);
  });

  test("an attempt that failed before we refused the rest is a failure of its release", () => {
    const { attempts } = WHOLE_FACTS;
    expect(heardOf(DRAWN, { errorCode: "paused", attempts })).toEqual([["turn", "rol_1", "ses", "timeout"]]);
  });

  test("a call that began ends as a turn, or as none, whichever release answered it", () => {
    const { drawnFor: _, ...later } = DRAWN;
    const begun = { rolloutId: "rol_1", number: 7 };
    expect(heardOf(later, { errorCode: null }, begun)).toEqual([["turn", "rol_1", "ses", null, 7]]);
    const dropped = ["dropped", "rol_1", "ses", 7];
    expect(heardOf(later, { errorCode: "budget_spent" }, begun)).toEqual([dropped]);
    expect(heardOf({ ...later, evidenceOf: null }, { outcome: "ok", errorCode: null }, begun)).toEqual([dropped]);
    expect(heardOf(DRAWN, { errorCode: "paused" }, begun)).toEqual([["left out", "rol_1", "ses"], dropped]);
  });

  test("a call without a session, and one that no rollout drew, are nobody's", () => {
    expect(heardOf({ unit: "ses", evidenceOf: null }, { errorCode: null })).toEqual([]);
  });
});
