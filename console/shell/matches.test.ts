import { describe, expect, test } from "vitest";
import { matches } from "./matches.ts";

describe("finding a name", () => {
  test("takes words as they stand, and no letters from here and there", () => {
    const rollout = "rollout support-bot@1 support-bot@2 rol_01kaj4";
    expect(matches(rollout, "support-bot@4")).toBe(0);
    expect(matches(rollout, "support-bot@2")).toBeGreaterThan(0);
    expect(matches(rollout, "bot@1 rol_01")).toBeGreaterThan(0);
  });

  test("puts what begins with it first", () => {
    expect(matches("Endpoints", "end")).toBeGreaterThan(matches("Weekend", "end"));
    expect(matches("release bot@1", "bot")).toBeGreaterThan(matches("robot", "bot"));
    expect(matches("anything", "")).toBeGreaterThan(0);
  });
});
