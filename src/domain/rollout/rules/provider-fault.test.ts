import { describe, expect, test } from "vitest";
import {
  commanded,
  drainingRollout,
  looked,
  observationOf,
  PLAN,
  PROVEN,
  rampingAt,
  readingOf,
} from "../../../../test/fixtures/rollout-samples.ts";
import type { Reading } from "../../evidence/evidence.ts";
import { decide } from "../decide.ts";
import { explainRollout } from "../explain.ts";
import type { Observation, ProviderFaultSight } from "../observation.ts";
import type { RolloutPlan } from "../plan.ts";
import { MOST_FAULT_MS } from "./provider-fault.ts";

const plan = (providerFault: NonNullable<RolloutPlan["providerFault"]>): RolloutPlan => ({ ...PLAN, providerFault });

const QUIET = { logR: 0.1, threshold: 3, crossed: false, blame: null } as const;

/** A reading whose harm rests on providers; `itself` is what the releases did themselves. */
const reading = (itself: Reading["union"] = QUIET): Reading => ({ ...readingOf({ harm: "errors" }), itself });

const seen = (sight: Partial<ProviderFaultSight> = {}, overrides: Partial<Observation> = {}): Partial<Observation> => ({
  reading: reading(),
  providerFault: { isOnlyProviders: true, isFailingNow: true, ...sight },
  ...overrides,
});

describe("harm that rests on the candidate's provider", () => {
  test("holds while the provider is down, and lets go when it is back", () => {
    const held = looked(rampingAt(1, plan("hold")), seen());
    expect(held).toMatchObject({ phase: "ramping", holds: ["provider_fault"], harm: null, weight: 0.05 });
    expect(explainRollout(held)).toContain("the provider of the candidate is failing and that of stable is not");
    const back = looked(held, seen({ isFailingNow: false }));
    expect(back).toMatchObject({ holds: [], harm: null });
    expect(looked(back, seen()).holds).toEqual(["provider_fault"]);
  });

  test("rolls back when it has lasted too long in all: its users get errors, whoever makes them", () => {
    const held = looked(rampingAt(1, plan("hold")), seen());
    const long = looked(held, seen({}, { observedMs: MOST_FAULT_MS - 1_000 }));
    expect(long.holds).toEqual(["provider_fault"]);
    const late = looked(long, seen({}, { observedMs: 1_000 }));
    expect(late).toMatchObject({ phase: "rolling_back", outcome: "provider_fault", harm: { metric: "errors" } });
    expect(explainRollout(late)).toContain("without the failures of its provider nothing would be proven");
  });

  test("rolls back at once where the plan wants that, and counts as any other harm where it does not tell", () => {
    expect(looked(rampingAt(1, plan("roll_back")), seen())).toMatchObject({
      phase: "rolling_back",
      outcome: "provider_fault",
    });
    expect(looked(rampingAt(1, plan("count")), { reading: readingOf({ harm: "errors" }) })).toMatchObject({
      outcome: "harm",
    });
    // Both arms ask one provider: nothing is told apart, whatever the plan says.
    expect(looked(rampingAt(1, plan("hold")), { reading: readingOf({ harm: "errors" }) })).toMatchObject({
      outcome: "harm",
    });
  });

  test("keeps the weight until later sessions have outweighed it, also while the provider answers", () => {
    const ready = rampingAt(1, plan("hold"));
    const well = (union: Reading): Partial<Observation> =>
      seen({ isFailingNow: false }, { observedMs: 10_000, reading: union });
    expect(looked(ready, well(reading()))).toMatchObject({ step: 1, holds: [], weight: 0.05 });
    expect(looked(ready, well({ ...readingOf(), itself: QUIET }))).toMatchObject({ step: 2 });
    const held = looked(looked(ready, seen()), seen({}, { observedMs: 1_000 }));
    const back = looked(held, well(reading()));
    expect(explainRollout(back)).toContain("the failures of its provider are not outweighed yet");
    expect(looked(commanded(back, { type: "resume" }), well(reading()))).toMatchObject({ step: 2 });
    // So does one who went on during the incident.
    const resumed = commanded(looked(ready, seen()), { type: "resume" });
    expect(looked(resumed, well(reading()))).toMatchObject({ step: 2 });
  });

  test("is told with the evidence that proved it, also where later sessions have outweighed it since", () => {
    const proof = { reading: reading(), evidenceHash: "a".repeat(64) };
    const outweighed = observationOf({
      reading: { ...readingOf(), itself: QUIET },
      providerFault: { isOnlyProviders: true, isFailingNow: false, proof },
    });
    const { logR, blame } = proof.reading.union;
    const facts = decide(rampingAt(1, plan("roll_back")), outweighed);
    expect(facts).toContainEqual({ type: "EvidenceSnapshot", ...proof });
    expect(facts).toContainEqual(
      expect.objectContaining({ type: "HarmCrossed", logR, metric: blame, evidenceHash: proof.evidenceHash }),
    );
  });

  test("never hides harm that the release does itself, not even while it is held", () => {
    const itself = { logR: 3.3, threshold: 3, crossed: true, blame: "cost" } as const;
    const held = looked(rampingAt(1, plan("hold")), seen());
    const harmed = looked(held, {
      reading: reading(itself),
      providerFault: { isOnlyProviders: false, isFailingNow: true },
    });
    expect(harmed).toMatchObject({ phase: "rolling_back", outcome: "harm", harm: { metric: "cost", logR: 3.3 } });
  });

  test("does not roll back what is stable since, for an incident before", () => {
    const stable = drainingRollout(plan("hold"));
    expect(looked(stable, seen({ isFailingNow: false }, { reading: { ...PROVEN, itself: QUIET } }))).toMatchObject({
      harm: null,
    });
    expect(looked(stable, seen()).holds).toEqual(["provider_fault"]);
  });

  test("is left to a person who wants to go on", () => {
    const resumed = commanded(looked(rampingAt(1, plan("hold")), seen()), { type: "resume" });
    expect(looked(resumed, seen()).holds).toEqual([]);
  });
});
