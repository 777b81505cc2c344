import { describe, expect, test } from "vitest";
import type { FailureCause } from "../traffic/assignment.ts";
import { bakeShares } from "../rollout/bake-weight.ts";
import { Evidence } from "./running-evidence.ts";
import type { EvidencePlan } from "./running-evidence.ts";

const PLAN: EvidencePlan = {
  metrics: [{ metric: "errors", harmRatio: 1.25, noWorseRatio: 2, share: 1, required: true, capPico: null }],
  alpha: 0.05,
  beta: 0.05,
  steps: [{ weight: 0.25 }, { weight: 1 }],
  holdback: 0.1,
  bakeMs: 60_000,
  providerFault: "hold",
};
const LADDER = { epoch: 1, weight: 0.25 };
const BAKE = { epoch: 2, weight: bakeShares(PLAN)?.weight ?? 0 };

/** A hundred and twenty sessions, half of them of the candidate, which fails so. */
function fill(evidence: Evidence, drawn: typeof LADDER, failure: FailureCause | null): void {
  for (let index = 0; index < 120; index += 1) {
    const arm = index % 2 === 0 ? "candidate" : "stable";
    evidence.assigned(arm, drawn.epoch, drawn.weight);
    const own = arm === "candidate" ? failure : null;
    evidence.add({ ...drawn, arm, failure: own, latencyMs: 100, firstTokenMs: null, costPico: 1 });
  }
}

describe("the evidence of a bake", () => {
  test("tells failures of the promoted release's provider apart, as that of the ladder does", () => {
    const evidence = new Evidence(PLAN);
    fill(evidence, LADDER, null);
    fill(evidence, BAKE, "provider");
    expect(evidence.reading()).toMatchObject({ union: { crossed: true }, itself: { crossed: false } });
  });

  test("is told first, also where an incident has left the ladder's above its threshold", () => {
    const evidence = new Evidence(PLAN);
    fill(evidence, LADDER, "provider");
    fill(evidence, BAKE, null);
    expect(evidence.reading()).toMatchObject({ union: { crossed: true }, itself: { crossed: false } });
    fill(evidence, BAKE, "bad_answer");
    expect(evidence.reading()).toMatchObject({ itself: { crossed: true, blame: "errors" } });
    expect(evidence.reading().sessions).toEqual({ stable: 120, candidate: 120 });
  });

  test("gives way to harm of the release itself that the last sessions of the ladder prove", () => {
    const evidence = new Evidence(PLAN);
    fill(evidence, BAKE, "provider");
    fill(evidence, LADDER, "bad_answer");
    expect(evidence.reading()).toMatchObject({ itself: { crossed: true, blame: "errors" } });
  });
});
