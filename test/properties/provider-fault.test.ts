import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Evidence } from "../../src/domain/evidence/running-evidence.ts";
import { bakeShares } from "../../src/domain/rollout/bake-weight.ts";
import { DEFAULT_PLAN } from "../../src/domain/rollout/open-rollout.ts";
import type { FailureCause } from "../../src/domain/traffic/assignment.ts";
import { randomFrom } from "../fixtures/random-cuts.ts";

/** How often sessions of an arm fail for their release's own doing, and which part of the run its provider is down. */
interface Arm {
  readonly own: number;
  readonly provider: number;
  readonly downFrom?: number;
  readonly downUntil?: number;
}

interface Scenario {
  readonly stable: Arm;
  readonly candidate: Arm;
  readonly sessions?: number;
  readonly weight?: number;
}

const RUNS = 300;
const ALPHA = 0.05;

const failureOf = (arm: Arm, at: number, random: () => number): FailureCause | null => {
  const isDown = at >= (arm.downFrom ?? 1) && at < (arm.downUntil ?? 1);
  if (random() < (isDown ? 0.9 : arm.provider)) return random() < 0.7 ? "provider" : "timeout";
  return random() < arm.own ? "bad_answer" : null;
};

interface Rates {
  /** Share of runs in which harm was proven over all sessions. */
  readonly all: number;
  /** The same without failures of the candidate's provider: what rolls back. */
  readonly itself: number;
  /** Share of runs in which errors were certified as no worse. */
  readonly noWorse: number;
}

function simulate({ stable, candidate, sessions = 1_500, weight = 0.25 }: Scenario): Rates {
  const counts = { all: 0, itself: 0, noWorse: 0 };
  for (let run = 0; run < RUNS; run += 1) {
    const random = randomFrom(7 + run * 7_919);
    const errors = { ...DEFAULT_PLAN.metrics[0], share: 1 } as (typeof DEFAULT_PLAN.metrics)[number];
    const evidence = new Evidence({ metrics: [errors], alpha: ALPHA, beta: 0.05, providerFault: "hold" });
    const crossed = { all: false, itself: false, noWorse: false };
    for (let session = 0; session < sessions; session += 1) {
      const arm = random() < weight ? "candidate" : "stable";
      const failure = failureOf(arm === "candidate" ? candidate : stable, session / sessions, random);
      evidence.add({ arm, epoch: 1, weight, failure, latencyMs: 1_000, firstTokenMs: null, costPico: 1 });
      crossed.all ||= evidence.logUnion() >= evidence.threshold;
      crossed.itself ||= (evidence.itself?.logUnion() ?? 0) >= evidence.threshold;
    }
    crossed.noWorse = evidence.reading().metrics[0]?.noWorse.crossed === true;
    for (const key of ["all", "itself", "noWorse"] as const) counts[key] += crossed[key] ? 1 / RUNS : 0;
  }
  return counts;
}

/** Above this a rate of `level` is refuted at 99 %. */
const atMost = (level: number): number => level + 2.33 * Math.sqrt((level * (1 - level)) / RUNS);

const FINE: Arm = { own: 0.02, provider: 0.01 };
/** Down for a sixth of the run. */
const DOWN: Arm = { ...FINE, downFrom: 0.4, downUntil: 0.57 };

describe("an incident at the candidate's provider", () => {
  test("does not roll a good release back, though over all sessions it would", () => {
    const rates = simulate({ stable: FINE, candidate: DOWN });
    expect(rates.all).toBeGreaterThan(0.95);
    expect(rates.itself).toBeLessThanOrEqual(atMost(ALPHA));
  });

  test("does not hide what a bad release does itself: it is found about as often as without the incident", () => {
    const bad = { own: 0.12, provider: 0.01 };
    const calm = simulate({ stable: FINE, candidate: bad });
    const incident = simulate({ stable: FINE, candidate: { ...DOWN, own: 0.12 } });
    expect(calm.itself).toBeGreaterThan(0.95);
    expect(incident.itself).toBeGreaterThan(0.9);
  });

  test("does not certify a candidate whose provider keeps failing: the proof of a promotion counts every session", () => {
    const rates = simulate({ stable: FINE, candidate: { own: 0.02, provider: 0.06 }, sessions: 4_000 });
    expect(rates.noWorse).toBeLessThanOrEqual(atMost(0.05));
    expect(rates.itself).toBeLessThanOrEqual(atMost(ALPHA));
  });
});

describe("an incident at stable's provider", () => {
  test("does not roll a good release back: nothing of stable is left out", () => {
    const down = { ...FINE, downFrom: 0.2, downUntil: 0.7 };
    const rates = simulate({ stable: down, candidate: FINE, sessions: 6_000 });
    expect(rates.itself).toBeLessThanOrEqual(atMost(ALPHA));
  });

  test("while every session of stable fails, the few failures that both arms have prove nothing", () => {
    const evidence = new Evidence({ ...DEFAULT_PLAN, alpha: ALPHA, providerFault: "hold" });
    const random = randomFrom(11);
    for (let session = 0; session < 2_000; session += 1) {
      const arm = random() < 0.25 ? "candidate" : "stable";
      const own = random() < 0.05 ? ("bad_answer" as const) : null;
      const failure = arm === "stable" ? "provider" : own;
      evidence.add({ arm, epoch: 1, weight: 0.25, failure, latencyMs: 1_000, firstTokenMs: null, costPico: 1 });
      expect(evidence.itself?.reading().union.crossed).toBe(false);
    }
  });
});

const HELD_BACK = 0.1;
const BAKING = bakeShares({ holdback: HELD_BACK })?.weight ?? 0;
/** Metrics of every kind that a session's own turns decide. */
const KINDS = [
  "errors",
  "refusals",
  "latency",
  "latency-tail",
  "first-token",
  "tokens-per-second",
  "cost",
  "abandoned",
] as const;

describe("harm without failures of the candidate's provider", () => {
  test("is never above harm over all sessions, so that both have one level", () => {
    const [first] = DEFAULT_PLAN.metrics;
    if (first === undefined) throw new Error("The plan has no metric.");
    const metrics = KINDS.map((metric) => ({ ...first, metric, share: 1 / KINDS.length }));
    const session = fc.record({
      arm: fc.constantFrom("stable" as const, "candidate" as const),
      failure: fc.constantFrom<FailureCause | null>(null, null, "provider", "timeout", "cut", "bad_answer", "lost"),
      latencyMs: fc.integer({ min: 1, max: 5_000 }),
      firstTokenMs: fc.option(fc.integer({ min: 1, max: 500 })),
      tokensPerSecond: fc.integer({ min: 1, max: 90 }),
      costPico: fc.integer({ min: 0, max: 50 }),
      refused: fc.boolean(),
      abandoned: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(session, { minLength: 100, maxLength: 300 }), (sessions) => {
        const evidence = new Evidence({
          metrics,
          alpha: ALPHA,
          beta: 0.05,
          holdback: HELD_BACK,
          bakeMs: 60_000,
          providerFault: "hold",
        });
        for (const [index, { refused, abandoned, ...outcome }] of sessions.entries()) {
          const drawn = index < sessions.length / 2 ? { epoch: 1, weight: 0.25 } : { epoch: 2, weight: BAKING };
          evidence.add({
            ...outcome,
            ...drawn,
            ...(refused && { refused: true as const }),
            ...(abandoned && { abandoned: true as const }),
          });
          expect(evidence.itself?.logUnion()).toBeLessThanOrEqual(evidence.logUnion() + 1e-9);
        }
      }),
      { numRuns: 30 },
    );
  });
});
