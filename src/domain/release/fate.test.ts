import { describe, expect, test } from "vitest";
import type { Rollout } from "../rollout/rollout.ts";
import { fateOf } from "./fate.ts";

type Told = Parameters<typeof fateOf>[2][number];

const STEPS = [0.1, 1].map((weight) => ({ weight, minDurationMs: 0, minSessions: 0, approval: false }));

const rollout = (id: string, changes: Partial<Told>): Told => ({
  id,
  phase: "completed",
  outcome: "promoted",
  stable: "rel_1",
  candidate: "rel_2",
  plan: { strategy: "canary", steps: STEPS } as unknown as Rollout["plan"],
  ...changes,
});

const RETURN = { strategy: "canary", steps: STEPS.slice(1) } as unknown as Rollout["plan"];

describe("what became of a release", () => {
  test("is that it serves, served before, or goes out", () => {
    const log = [
      rollout("rol_2", { stable: "rel_2", candidate: "rel_3", phase: "ramping", outcome: null }),
      rollout("rol_1", {}),
    ];
    expect(fateOf("rel_2", "rel_2", log)).toMatchObject({ fate: "stable", rolloutId: "rol_1" });
    expect(fateOf("rel_1", "rel_2", log)).toMatchObject({ fate: "was_stable", rolloutId: null });
    expect(fateOf("rel_3", "rel_2", log)).toMatchObject({ fate: "candidate", rolloutId: "rol_2" });
    expect(fateOf("rel_4", "rel_2", log)).toMatchObject({ fate: "unused", rolloutId: null });
  });

  test.each([
    ["rolled_back", "harm", "rolled_back"],
    ["rolled_back", "command", "rolled_back"],
    ["aborted", "expired", "rolled_back"],
    ["superseded", "superseded", "superseded"],
    ["cancelled", "cancelled", "cancelled"],
    ["completed", "observed", "observed"],
  ] as const)("is told by its last rollout: %s by %s is %s", (phase, outcome, fate) => {
    const log = [rollout("rol_9", { phase, outcome })];
    const told = fateOf("rel_2", "rel_1", log);
    expect(told).toEqual({ fate, rolloutId: "rol_9", outcome: fate === "rolled_back" ? outcome : null });
  });

  test("of one that was promoted and left again is that it served", () => {
    const log = [rollout("rol_2", { stable: "rel_2", candidate: "rel_1", plan: RETURN }), rollout("rol_1", {})];
    expect(fateOf("rel_2", "rel_1", log).fate).toBe("was_stable");
    expect(fateOf("rel_1", "rel_1", log)).toMatchObject({ fate: "stable", rolloutId: "rol_2" });
  });
});
