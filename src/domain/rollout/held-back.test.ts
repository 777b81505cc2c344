import { describe, expect, test } from "vitest";
import { opening, T0 } from "../../../test/contracts/store-samples.ts";
import { heldBack, heldBackWords } from "./held-back.ts";
import type { Rollout } from "./rollout.ts";
import type { Told } from "./told.ts";

const [STABLE, OWN, NEWER] = ["rel_1", "rel_2", "rel_3"];
const AT = Date.UTC(2026, 10, 22, 0, 40, 45);

const rolloutOf = (overrides: Partial<Rollout>): Rollout => ({
  ...opening("bot").rollout,
  stable: STABLE,
  candidate: OWN,
  startedAt: T0,
  endedAt: AT,
  ...overrides,
});

const said = (telling: Told["telling"], reason = "Answers look wrong"): Told => ({
  telling,
  by: "Ada",
  reason,
  at: AT,
});

const ROLLED_BACK = rolloutOf({ id: "rol_2", phase: "rolled_back", outcome: "command", told: [said("rollback")] });

const [ONE_STEP] = ROLLED_BACK.plan.steps;

/** A person's return from a release to the one before. */
const returned = (overrides: Partial<Rollout> = {}): Rollout => {
  if (ONE_STEP === undefined) throw new Error("A plan has steps.");
  const plan = { ...ROLLED_BACK.plan, strategy: "canary" as const, steps: [{ ...ONE_STEP, weight: 1 }] };
  const back = { id: "rol_r", plan, stable: OWN, candidate: STABLE, phase: "completed", outcome: "promoted" } as const;
  return rolloutOf({ ...back, createdAt: AT, told: [said("promote", "Refunds are wrong.")], ...overrides });
};

const wordsOf = (...rollouts: readonly Rollout[]): string | null => {
  const held = heldBack(OWN, rollouts);
  return held === null ? null : heldBackWords(held);
};

const AB = { goal: "errors", winner: "ask", baseline: 0.1, effect: 0.2, power: 0.8, sessions: 900, days: 2 } as const;

const abTest = (overrides: Partial<Rollout>): Rollout =>
  rolloutOf({ phase: "completed", outcome: "observed", plan: { ...ROLLED_BACK.plan, ab: AB }, ...overrides });

const promoted = rolloutOf({ id: "rol_p", phase: "completed", outcome: "promoted" });

describe("a release is held back", () => {
  test("that a person rolled back or aborted, with who, when and why", () => {
    expect(heldBack(OWN, [ROLLED_BACK])).toEqual({
      rolloutId: "rol_2",
      how: "rolled_back",
      at: AT,
      by: "Ada",
      why: "Answers look wrong",
    });
    expect(wordsOf(ROLLED_BACK)).toBe('was rolled back at 2026-11-22 00:40:45 UTC by Ada ("Answers look wrong")');
    expect(wordsOf(rolloutOf({ phase: "aborted", outcome: "command", told: [said("abort", "Not today.")] }))).toBe(
      'was aborted at 2026-11-22 00:40:45 UTC by Ada ("Not today.")',
    );
    expect(wordsOf(rolloutOf({ phase: "rolled_back", outcome: "command" }))).toBe(
      "was rolled back at 2026-11-22 00:40:45 UTC by somebody",
    );
  });

  test("that the evidence or the plan took out of traffic, with which evidence", () => {
    const harm = { metric: "errors", logR: 5, candidateSessions: 30 } as const;
    const harmful = { outcome: "harm", harm } as const;
    expect(wordsOf(rolloutOf({ phase: "rolled_back", ...harmful }))).toMatch(
      /^was rolled back at 2026-11-22 00:40:45 UTC by itself: errors .* after 30 candidate sessions \(log R 5\.0 ≥ /,
    );
    expect(wordsOf(rolloutOf({ phase: "rolling_back", endedAt: null, ...harmful }))).toMatch(
      /^is being rolled back by itself: errors /,
    );
    expect(wordsOf(rolloutOf({ phase: "aborted", outcome: "expired" }))).toBe(
      "was aborted at 2026-11-22 00:40:45 UTC by itself: the deadline passed without proof",
    );
    for (const outcome of ["trigger", "shadow", "provider_fault"] as const)
      expect(heldBack(OWN, [rolloutOf({ phase: "rolled_back", outcome })])).toMatchObject({
        how: "rolled_back",
        by: null,
      });
    expect(heldBack(OWN, [rolloutOf({ phase: "aborted", outcome: "gate" })])).toMatchObject({
      how: "aborted",
      by: null,
    });
  });

  test("that a person left after its promotion", () => {
    expect(heldBack(OWN, [returned(), promoted])).toEqual({
      rolloutId: "rol_r",
      how: "rolled_back",
      at: AT,
      by: "Ada",
      why: "Refunds are wrong.",
    });
    expect(heldBack(OWN, [returned({ told: [], openedBy: { kind: "machine" } }), promoted])).toMatchObject({
      by: "somebody",
      why: null,
    });
  });

  test("that lost its A/B test", () => {
    const held = heldBack(OWN, [abTest({ winner: "stable" })]);
    expect(held).toMatchObject({ how: "lost", at: AT, by: null });
    expect(held && heldBackWords(held)).toMatch(
      /^lost its A\/B test at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: stable is proven better by errors$/,
    );
  });

  test("whatever happened to other releases since, and when it is begun again and cancelled before it starts", () => {
    const other = rolloutOf({ candidate: NEWER, phase: "completed", outcome: "promoted" });
    const cancelled = rolloutOf({ phase: "cancelled", outcome: "cancelled", startedAt: null });
    expect(heldBack(OWN, [other, cancelled, ROLLED_BACK])).toMatchObject({ rolloutId: "rol_2" });
  });
});

describe("a release is not held back", () => {
  test.each<[string, readonly Rollout[]]>([
    ["was never rolled out", []],
    ["was superseded by a newer one", [rolloutOf({ phase: "superseded", outcome: "superseded" })]],
    ["was cancelled before it started", [rolloutOf({ phase: "cancelled", outcome: "cancelled", startedAt: null })]],
    ["was observed to its end", [rolloutOf({ phase: "completed", outcome: "observed" })]],
    ["won an A/B test and was not promoted", [abTest({ winner: "candidate" })]],
    ["was in an A/B test that nobody won", [abTest({ winner: "none" })]],
    ["lost an A/B test and was promoted later", [promoted, abTest({ winner: "stable" })]],
    ["was promoted, and another one after it", [rolloutOf({ candidate: NEWER, outcome: "promoted" }), promoted]],
    ["is on its way again", [rolloutOf({ phase: "ramping", outcome: null, endedAt: null }), ROLLED_BACK]],
    ["was begun again and superseded", [rolloutOf({ phase: "superseded", outcome: "superseded" }), ROLLED_BACK]],
    ["was begun again and promoted", [promoted, ROLLED_BACK]],
    ["was brought back by a return", [returned({ stable: NEWER, candidate: OWN }), returned(), promoted]],
    ["stayed, because the return from it was aborted", [returned({ phase: "aborted", outcome: "command" }), promoted]],
  ])("that %s", (_what, rollouts) => {
    expect(heldBack(OWN, rollouts)).toBeNull();
  });

  test("because another one was rolled back to it", () => {
    expect(heldBack(STABLE, [ROLLED_BACK])).toBeNull();
  });
});
