import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyCommand } from "../../src/domain/rollout/command.ts";
import { decide } from "../../src/domain/rollout/decide.ts";
import type { GatePlan } from "../../src/domain/rollout/gates/gate-plan.ts";
import { isActive } from "../../src/domain/rollout/rollout.ts";
import type { Rollout, RolloutFact } from "../../src/domain/rollout/rollout.ts";
import { approvalGate, commandGate, gated, manualGate, sights } from "../fixtures/gate-samples.ts";
import { after, contextOf, observationOf, openedRollout, PROVEN, readingOf } from "../fixtures/rollout-samples.ts";

const gates: fc.Arbitrary<readonly GatePlan[]> = fc.subarray<GatePlan>([
  commandGate("tests", "before_start"),
  manualGate("look", "before_step"),
  approvalGate("board", "before_promotion"),
  commandGate("smoke", "after_switch"),
]);

/** One look, frozen or not, at a world in which gates, evidence and time come as they like. */
const look = fc.record({
  frozen: fc.boolean(),
  observedMs: fc.constantFrom(0, 1_000, 20_000),
  proven: fc.boolean(),
  harmful: fc.constantFrom(false, false, false, true),
  passes: fc.boolean(),
});

type Look = typeof look extends fc.Arbitrary<infer L> ? L : never;

function observe(rollout: Rollout, { frozen, observedMs, proven, harmful, passes }: Look) {
  const results = (rollout.gates ?? []).map(({ gate, step, attempt }) => ({
    gate,
    step,
    attempt,
    standing: "passed" as const,
    detail: "fine",
    url: null,
  }));
  return observationOf({
    frozen,
    observedMs,
    reading: harmful ? readingOf({ harm: "errors" }) : proven ? PROVEN : readingOf(),
    nextEpoch: rollout.epoch + 1,
    gates: sights({ results: passes ? results : [] }),
  });
}

/** What brings the candidate forward. */
const FORWARD: readonly RolloutFact["type"][] = ["Started", "StepEntered", "PromotionDecided"];

const isForward = (rollout: Rollout, fact: RolloutFact): boolean =>
  FORWARD.includes(fact.type) || (fact.type === "StablePointerMoved" && fact.to === rollout.candidate);

/** Every state that a rollout comes through. */
function* walk(
  plan: readonly GatePlan[],
  looks: readonly Look[],
): Generator<{ rollout: Rollout; look: Look; facts: readonly RolloutFact[] }> {
  let rollout = openedRollout(gated(...plan));
  for (const one of looks) {
    const facts = decide(rollout, observe(rollout, one));
    yield { rollout, look: one, facts };
    rollout = after(rollout, ...facts);
  }
}

describe("a freeze", () => {
  test("lets nothing start, advance or be promoted", () => {
    fc.assert(
      fc.property(gates, fc.array(look, { maxLength: 25 }), (plan, looks) => {
        for (const { rollout, look: seen, facts } of walk(plan, looks)) {
          if (seen.frozen) expect(facts.filter((fact) => isForward(rollout, fact))).toEqual([]);
        }
      }),
    );
  });

  test("never keeps anybody from holding, aborting or rolling back: the answer is the same as without it", () => {
    const command = fc.constantFrom("hold" as const, "abort" as const, "rollback" as const);
    fc.assert(
      fc.property(gates, fc.array(look, { maxLength: 25 }), command, (plan, looks, type) => {
        for (const { rollout } of walk(plan, looks)) {
          const [frozen, free] = [true, false].map((is) =>
            applyCommand(rollout, { type }, contextOf(rollout, { frozen: is })),
          );
          expect(frozen).toEqual(free);
          if (isActive(rollout.phase)) expect(frozen).toHaveProperty("facts");
        }
      }),
    );
  });

  test("never keeps proven harm from rolling back, whatever is held, gated or frozen", () => {
    fc.assert(
      fc.property(gates, fc.array(look, { maxLength: 25 }), (plan, looks) => {
        for (const { rollout, look: seen } of walk(plan, looks)) {
          if (!isActive(rollout.phase)) continue;
          const harmed = decide(rollout, observe(rollout, { ...seen, frozen: true, harmful: true }));
          expect(after(rollout, ...harmed)).toMatchObject({ phase: "rolling_back", weight: 0 });
        }
      }),
    );
  });
});
