import { describe, expect, test } from "vitest";
import {
  commanded,
  contextOf,
  looked,
  observationOf,
  PLAN,
  PROVEN,
  rampingAt,
  readingOf,
} from "../../../test/fixtures/rollout-samples.ts";
import { applyCommand } from "./command.ts";
import { decide } from "./decide.ts";
import { explainRollout } from "./explain.ts";
import type { RolloutPlan } from "./plan.ts";
import type { Rollout, RolloutFact } from "./rollout.ts";

const HARM = { reading: readingOf({ harm: "errors" }), observedMs: 10_000 };
const types = (facts: readonly RolloutFact[]): readonly string[] => facts.map(({ type }) => type);

const at = (overrides: Partial<RolloutPlan>, step = 2): Rollout => rampingAt(step, { ...PLAN, ...overrides });

describe("what proven harm does by the mode of the plan", () => {
  test("observe records the verdict and does nothing: the weight stays, and goes on by its own gates", () => {
    const seen = looked(at({ mode: "observe" }, 0), { reading: readingOf({ harm: "errors" }) });
    expect(seen).toMatchObject({ phase: "ramping", holds: [], weight: 0.01, harm: { metric: "errors" } });
    expect(looked(seen, HARM)).toMatchObject({ step: 1, weight: 0.05 });
    expect(commanded(seen, { type: "promote" }).phase).toBe("promoting");
  });

  test("hold keeps the weight and waits for a person, who may roll back and not go on", () => {
    const held = looked(at({ mode: "hold" }, 0), HARM);
    expect(held).toMatchObject({ phase: "ramping", activity: "held", holds: ["harm"], weight: 0.01 });
    // Nothing clears it: not time, not better numbers, not a person's wish to go on.
    expect(looked(held, { reading: PROVEN, observedMs: 1_000_000 })).toMatchObject({ holds: ["harm"], weight: 0.01 });
    for (const type of ["resume", "promote"] as const) {
      expect(applyCommand(held, { type }, contextOf(held))).toHaveProperty("refused");
    }
    expect(commanded(held, { type: "rollback" })).toMatchObject({ phase: "rolling_back", weight: 0 });
  });

  test("enforce rolls back in one step", () => {
    expect(looked(at({ mode: "enforce" }, 0), HARM)).toMatchObject({
      phase: "rolling_back",
      weight: 0,
      outcome: "harm",
    });
  });
});

describe("what happens at the deadline without proof", () => {
  const LATE = { observedMs: PLAN.deadlineMs };
  const at25 = (onInconclusive: RolloutPlan["onInconclusive"]): Rollout => looked(at({ onInconclusive }), LATE);

  test("hold keeps the weight until proof comes or a person decides; late proof still promotes", () => {
    const held = at25("hold");
    expect(held).toMatchObject({ phase: "ramping", holds: ["inconclusive"], deadlineReached: true, weight: 0.25 });
    expect(explainRollout(held)).toContain("the deadline passed without proof, and evidence is still being collected");
    expect(looked(held, { reading: PROVEN, observedMs: 10_000 })).toMatchObject({
      phase: "promoting",
      promotion: { basis: "non-inferior" },
    });
    expect(commanded(held, { type: "resume" })).toMatchObject({ holds: [], dismissed: ["inconclusive"] });
    expect(looked(held, HARM).phase).toBe("rolling_back");
  });

  test("ask waits for a person, whose word is recorded as an override of the proof", () => {
    const asked = at25("ask");
    expect(asked).toMatchObject({ phase: "ramping", activity: "awaiting_approval", holds: [] });
    expect(decide(asked, observationOf({ observedMs: 0 }))).toEqual([]);
    const approved = commanded(asked, { type: "approve" });
    expect(looked(approved)).toMatchObject({ phase: "promoting", promotion: { basis: "human_override" } });
    expect(looked(commanded(asked, { type: "deny" }))).toMatchObject({ phase: "ramping", holds: ["manual"] });
  });

  test("promote_unproven promotes, and the log says that nothing was proven", () => {
    const promoted = at25("promote_unproven");
    expect(promoted).toMatchObject({ phase: "promoting", promotion: { basis: "unproven_policy" } });
    expect(explainRollout(promoted)).toContain("the deadline passed without proof and the plan promotes then");
    // Without any outcome there is nothing to promote on, whatever the plan says.
    const empty = readingOf({ sessions: { stable: 0, candidate: 0 } });
    expect(looked(at({ onInconclusive: "promote_unproven" }), { ...LATE, reading: empty }).phase).toBe("ramping");
    // Nor against a freeze, a sick control, or a candidate that is gone.
    for (const sick of [{ frozen: true }, { controlHealthy: false }, { candidateResolvable: false }]) {
      expect(looked(at({ onInconclusive: "promote_unproven" }), { ...LATE, ...sick }).phase).toBe("ramping");
    }
  });

  test("abort takes the candidate back as expired", () => {
    expect(at25("abort")).toMatchObject({ phase: "aborting", outcome: "expired", weight: 0 });
  });

  test("is nothing to a rollout that is proven by then", () => {
    const facts = decide(at({ onInconclusive: "abort" }), observationOf({ ...LATE, reading: PROVEN }));
    expect(types(facts)).toContain("PromotionDecided");
    expect(types(facts)).not.toContain("DeadlineReached");
  });
});
