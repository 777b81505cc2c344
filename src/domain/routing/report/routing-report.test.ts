import { describe, expect, test } from "vitest";
import type { RoutingPolicy } from "../routing-policy.ts";
import { ROUTED } from "../routing-policy.ts";
import { WORTHWHILE } from "./compare-controls.ts";
import { momentsOf } from "./estimate.ts";
import { Valuer } from "./policy-value.ts";
import type { RoutedSession } from "./routed-session.ts";
import { routingReport } from "./routing-report.ts";
import { sampleOf } from "./sample.ts";

/** Numbers in [0, 1) that a seed decides (mulberry32): statistics must not fail by chance in somebody else's run. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface World {
  readonly explore: number;
  /** The route wanted for a session of this difficulty and length, both in [0, 1). */
  readonly want: (session: { readonly difficulty: number; readonly length: number; readonly luck: number }) => number;
  /** Chance of a good answer. */
  readonly good: (route: number, difficulty: number) => number;
  /** Whether length tells of difficulty. */
  readonly isTelling: boolean;
  readonly cascade?: boolean;
}

const NAMES = ["cheap", "strong"];
const COSTS = [0.001, 0.01];

const POLICY: RoutingPolicy = {
  routes: NAMES.map((name) => ({ name, target: { provider: "sim", model: name } })),
  strategy: { type: "classifier", version: 1, thresholds: [{ route: "strong", from: 40 }] },
  sticky: true,
  explore: 0.1,
};
const CASCADE: RoutingPolicy = {
  ...POLICY,
  strategy: { type: "cascade", verifiers: { checks: true, logprobs: null, judge: null } },
};

/** Hard questions are where the strong model is better. */
const good = (route: number, difficulty: number): number => (difficulty < 0.7 ? 0.97 : route === 1 ? 0.93 : 0.4);

function live(world: World, count: number, random: () => number): RoutedSession[] {
  return Array.from({ length: count }, () => {
    const difficulty = random();
    const length = world.isTelling ? difficulty : random();
    const wanted = world.want({ difficulty, length, luck: random() });
    const isExplored = random() < world.explore;
    const drawn = Math.floor(random() * NAMES.length);
    const route = isExplored ? drawn : wanted;
    const isCheapGood = random() < world.good(0, difficulty);
    const isStrongGood = random() < world.good(1, difficulty);
    const isEscalated = world.cascade === true && !isExplored && !isCheapGood;
    const noise = 0.5 + random();
    return {
      action: isExplored ? (NAMES[drawn] ?? "") : ROUTED,
      propensities: { [ROUTED]: 1 - world.explore, cheap: world.explore / 2, strong: world.explore / 2 },
      intended: NAMES[wanted] ?? "",
      characters: Math.round(length * 4_000),
      isGood: isEscalated || route === 1 ? isStrongGood : isCheapGood,
      costUsd: noise * ((COSTS[route] ?? 0) + (isEscalated ? (COSTS[1] ?? 0) : 0)),
      latencyMs: 100,
      calls: 1,
      hasMoved: isEscalated,
    };
  });
}

const BLIND: World = { explore: 0.1, want: ({ luck }) => (luck < 0.3 ? 1 : 0), good, isTelling: false };
const SEEING: World = { ...BLIND, want: ({ difficulty }) => (difficulty >= 0.7 ? 1 : 0) };
const BY_LENGTH: World = { ...BLIND, isTelling: true, want: ({ length }) => (length >= 0.7 ? 1 : 0) };

describe("the report on a routing", () => {
  test("finds a router that sends the hard sessions to the strong model, and says so of both controls", () => {
    const report = routingReport(POLICY, live(SEEING, 8_000, seeded(1)));
    expect(report.verdict).toBe("beats");
    for (const { gain, verdict } of report.comparisons) {
      expect(verdict).toBe("beats");
      // The truth: hard sessions are 30 %, of which a random router at this cost sends 30 % to the strong model.
      expect(gain?.low).toBeLessThan(0.3 * 0.7 * 0.53);
      expect(gain?.high).toBeGreaterThan(0.3 * 0.7 * 0.53);
    }
  });

  test("finds a cascade that repairs what its checks reject", () => {
    const report = routingReport(CASCADE, live({ ...BLIND, want: () => 0, cascade: true }, 10_000, seeded(2)));
    expect(report.verdict).toBe("beats");
    expect(report.rows.map(({ policy }) => policy)).toEqual(["routed", "always cheap", "always strong"]);
  });

  test("does not take a router for better than random that is a random one", () => {
    const report = routingReport(POLICY, live(BLIND, 60_000, seeded(3)));
    expect(report.verdict).toBe("does not beat");
    for (const { gain } of report.comparisons) expect(gain?.high).toBeLessThan(WORTHWHILE);
  });

  test("says that a router by length does not beat the control by length, though it beats chance", () => {
    const { comparisons, verdict } = routingReport(POLICY, live(BY_LENGTH, 30_000, seeded(4)));
    const byControl = new Map(comparisons.map((one) => [one.control, one.verdict]));
    expect(byControl.get("random")).toBe("beats");
    expect(byControl.get("length")).toBe("does not beat");
    expect(verdict).toBe("does not beat");
  });

  test("says how many sessions it needs while there are few", () => {
    const report = routingReport(POLICY, live(SEEING, 150, seeded(5)));
    expect(report.verdict).toBe("not enough sessions");
    expect(report.comparisons.every(({ gain }) => gain === null)).toBe(true);
    expect(report.needed).toBeGreaterThan(150);
    expect(report.needed).toBeLessThan(2_000);
  });

  test("names no number of sessions where nothing is drawn by lot", () => {
    const report = routingReport({ ...POLICY, explore: 0 }, live({ ...SEEING, explore: 0 }, 1_000, seeded(6)));
    expect(report).toMatchObject({ verdict: "not enough sessions", needed: null, explored: 0 });
  });

  test("has rows but no estimates without sessions", () => {
    const { rows, verdict } = routingReport(POLICY, []);
    expect(verdict).toBe("not enough sessions");
    expect(
      rows.every(({ quality, costUsd, latencyMs }) => quality === null && costUsd === null && latencyMs === null),
    ).toBe(true);
  });
});

describe("over many worlds", () => {
  const RUNS = 60;
  const LOOKS = [400, 800, 1_500, 2_500, 4_000];

  test("a router that is a random one is declared better in at most 5% of them, however often one looks", () => {
    let declared = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const sessions = live(BLIND, 4_000, seeded(1_000 + run));
      const isDeclared = LOOKS.some((look) => {
        const { comparisons } = routingReport(POLICY, sessions.slice(0, look));
        return comparisons.some(({ verdict }) => verdict === "beats");
      });
      if (isDeclared) declared += 1;
    }
    // Two controls are looked at, each at 5 %; the sequence is wide enough to stay below 5 % together.
    expect(declared / RUNS).toBeLessThanOrEqual(0.05);
  });

  test("the intervals of values hold the truth at every look in at least 95% of them", () => {
    const truth = 0.7 * 0.97 + 0.3 * 0.4;
    let missed = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const sessions = live(SEEING, 4_000, seeded(5_000 + run));
      const isMissed = LOOKS.some((look) => {
        const quality = routingReport(POLICY, sessions.slice(0, look)).rows[1]?.quality;
        return quality != null && (truth < quality.low || truth > quality.high);
      });
      if (isMissed) missed += 1;
    }
    expect(missed / RUNS).toBeLessThanOrEqual(0.05);
  });

  test("values are unbiased for policies that were hardly ever followed", () => {
    const sums = [0, 0];
    for (let run = 0; run < RUNS; run += 1) {
      const sample = sampleOf(NAMES, live(SEEING, 600, seeded(9_000 + run)), true);
      const valuer = new Valuer(sample);
      for (const route of [0, 1]) {
        sums[route] =
          (sums[route] ?? 0) + momentsOf(valuer.value((_, action) => (action === route ? 1 : 0)).quality).mean;
      }
    }
    expect(Math.abs((sums[0] ?? 0) / RUNS - (0.7 * 0.97 + 0.3 * 0.4))).toBeLessThan(0.015);
    expect(Math.abs((sums[1] ?? 0) / RUNS - (0.7 * 0.97 + 0.3 * 0.93))).toBeLessThan(0.015);
  });
});
