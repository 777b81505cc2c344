import { describe, expect, test } from "vitest";
import { WHOLE_FACTS } from "../../test/fixtures/whole-facts.ts";
import type { CallFacts } from "../domain/call/call-record.ts";
import type { OpenCall, Placement } from "./open-call.ts";
import { tellEvidence } from "./tell-evidence.ts";

const DRAWN = { unit: "ses", evidenceOf: "rol_1", drawnFor: "rol_1" };

/** What the evidence hears of a call that was placed so and ended so. */
function heardOf(placement: Partial<Placement>, changes: Partial<CallFacts>): readonly unknown[] {
  const heard: unknown[] = [];
  const observer = {
    assigned: () => {},
    turnEnded: ({ rolloutId, session, failure }: { rolloutId: string; session: string; failure: unknown }) =>
      void heard.push(["turn", rolloutId, session, failure]),
    leftOut: (rolloutId: string, session: string) => void heard.push(["left out", rolloutId, session]),
  };
  const call = { placement, findings: [], request: null } as unknown as OpenCall;
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

  test("a call without a session, and one that no rollout drew, are nobody's", () => {
    expect(heardOf({ unit: "ses", evidenceOf: null }, { errorCode: null })).toEqual([]);
  });
});
