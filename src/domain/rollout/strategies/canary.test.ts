import { describe, expect, it } from "vitest";
import { PLAN } from "../../../../test/fixtures/rollout-samples.ts";
import { canary } from "./canary.ts";

describe("canary", () => {
  it("climbs the ladder rung by rung and ends in promotion", () => {
    expect([-1, 0, 1, 2, 3].map((step) => canary.next(PLAN, step))).toEqual([
      { to: "step", step: 0, weight: 0.01 },
      { to: "step", step: 1, weight: 0.05 },
      { to: "step", step: 2, weight: 0.25 },
      { to: "promotion" },
      null,
    ]);
  });
});
