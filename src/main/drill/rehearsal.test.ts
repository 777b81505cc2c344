import { describe, expect, it } from "vitest";
import { rehearse } from "../../delivery/drill/rehearse.ts";
import type { RehearsalTerms } from "../../delivery/drill/rehearse.ts";
import { sumUp } from "../../domain/drill/drill-report.ts";
import type { RehearsalEnd } from "../../domain/drill/drill-report.ts";
import { trafficOf } from "../../domain/drill/drill-traffic.ts";
import { DEFAULT_PLAN } from "../../domain/rollout/open-rollout.ts";
import { releaseOf } from "../../../test/contracts/store-samples.ts";
import { createRehearsalWorld } from "./rehearsal-world.ts";

const TERMS: Omit<RehearsalTerms, "seed"> = {
  content: releaseOf("bot", "").content,
  environment: "production",
  plan: DEFAULT_PLAN,
  traffic: { ...trafficOf([], 0), perHour: 10_000 },
  harm: { kind: "errors", share: 0.1 },
  mostSessions: 60_000,
};

const seedOf = (number: number): string => number.toString(16).padStart(64, "0");

async function rehearsals(count: number, terms: Partial<RehearsalTerms> = {}): Promise<readonly RehearsalEnd[]> {
  const ends: RehearsalEnd[] = [];
  for (let number = 1; number <= count; number += 1) {
    ends.push(await rehearse(createRehearsalWorld(seedOf(number)), { ...TERMS, ...terms, seed: seedOf(number) }));
  }
  return ends;
}

describe("a rehearsal", () => {
  it("finds a candidate of which one session in ten fails, by its errors, and rolls it back", async () => {
    const { ends, found, foundBy } = sumUp(await rehearsals(5));
    expect(ends.rolled_back).toBe(5);
    expect(foundBy).toEqual({ errors: 5 });
    expect(found?.candidateSessions.median).toBeLessThan(100);
  });

  it("comes to the same end with the same seed", async () => {
    expect(await rehearsals(1)).toEqual(await rehearsals(1));
  });

  it("finds nothing where nothing is wrong", async () => {
    const { ends } = sumUp(await rehearsals(3, { harm: null }));
    expect(ends.rolled_back).toBe(0);
  });

  it("tells by its promotion that a plan is blind to a kind of harm", async () => {
    const metrics = DEFAULT_PLAN.metrics.filter(({ metric }) => metric !== "refusals");
    const harm = { kind: "refusals", share: 0.5 } as const;
    const { ends, found } = sumUp(await rehearsals(2, { plan: { ...DEFAULT_PLAN, metrics }, harm }));
    expect(ends.promoted).toBe(2);
    expect(found).toBeNull();
  });

  it("says that a plan which only holds has held", async () => {
    const plan = { ...DEFAULT_PLAN, mode: "hold" as const };
    const { ends } = sumUp(await rehearsals(1, { plan, harm: { kind: "errors", share: 0.5 } }));
    expect(ends.held).toBe(1);
  });

  it("takes as long as its traffic takes: ten times the sessions, a tenth of the time", async () => {
    const [slow] = await rehearsals(1, { traffic: { ...TERMS.traffic, perHour: 1_000 } });
    const [fast] = await rehearsals(1);
    expect(slow?.afterMs).toBeGreaterThan((fast?.afterMs ?? 0) * 3);
  });
});
