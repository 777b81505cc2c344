import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { randomFrom } from "../../../test/fixtures/random-cuts.ts";
import { logAbsoluteNoWorse } from "./absolute-test.ts";
import type { EventRates, SessionCounts } from "./absolute-test.ts";
import { EitherTest, eitherGrowth } from "./either-test.ts";
import { noWorseEventTest } from "./event-test.ts";
import { sessionsNeeded } from "./sessions-needed.ts";

const MARGIN = { ratio: 2, points: 0.01 } as const;
const THRESHOLD = Math.log(20);

/** Computed apart from this code, in fractions, from the products that decision 33 writes down. */
const ORACLES = [
  { weight: 0.25, candidate: 0, stable: 0, all: 1000, logE: 1.48714426710712 },
  { weight: 0.05, candidate: 2, stable: 31, all: 3000, logE: -0.4252182101562 },
  { weight: 0.5, candidate: 12, stable: 9, all: 2000, logE: -0.508686984062 },
  { weight: 0.01, candidate: 1, stable: 40, all: 5000, logE: -0.7862963589626 },
  { weight: 0.25, candidate: 30, stable: 200, all: 4000, logE: 38.4140311972335 },
] as const;

interface Setting {
  readonly weight: number;
  readonly rates: EventRates;
  readonly sessions: number;
}

/** Expected e-value after so many sessions, over every number of events on either arm: exact. */
function expectedE({ weight, rates, sessions }: Setting, test: EitherTest): number {
  const [onCandidate, onStable] = [weight * rates.candidate, (1 - weight) * rates.stable];
  const none = 1 - onCandidate - onStable;
  let mean = 0;
  for (let candidate = 0, first = 1; candidate <= sessions; candidate += 1) {
    let probability = first * none ** (sessions - candidate);
    for (let stable = 0; stable <= sessions - candidate; stable += 1) {
      const others = sessions - candidate - stable;
      // On which arm a session without the event fell is nothing that the test looks at.
      const counts = { weight, candidate, stable, candidateSessions: candidate, stableSessions: stable + others };
      mean += probability * Math.exp(test.logE([counts]));
      probability *= (others / (stable + 1)) * (onStable / none);
    }
    first *= ((sessions - candidate) / (candidate + 1)) * onCandidate;
  }
  return mean;
}

const weights = fc.double({ min: 0.01, max: 0.6, noNaN: true });
const margins = fc.record({
  ratio: fc.double({ min: 1.1, max: 4, noNaN: true }),
  points: fc.double({ min: 0.002, max: 0.2, noNaN: true }),
});
const sessions = fc.integer({ min: 1, max: 25 });

describe("the test of either margin", () => {
  it("has a mean of exactly 1 where a candidate is at both margins", () => {
    fc.assert(
      fc.property(weights, margins, sessions, (weight, margin, count) => {
        // r p = p + d there.
        const stable = margin.points / (margin.ratio - 1);
        if (stable + margin.points > 0.9) return;
        const rates = { stable, candidate: stable + margin.points };
        expect(expectedE({ weight, rates, sessions: count }, new EitherTest(margin))).toBeCloseTo(1, 7);
      }),
    );
  });

  it("has a mean of at most 1 wherever a candidate is at or past both", () => {
    const base = fc.double({ min: 0.0001, max: 0.3, noNaN: true });
    const beyond = fc.double({ min: 1, max: 1.5, noNaN: true });
    const scenario = fc.record({ weight: weights, margin: margins, sessions, stable: base, times: beyond });
    fc.assert(
      fc.property(scenario, ({ weight, margin, sessions: count, stable, times }) => {
        const candidate = times * Math.max(margin.ratio * stable, stable + margin.points);
        if (candidate > 0.9) return;
        const rates = { stable, candidate };
        expect(expectedE({ weight, rates, sessions: count }, new EitherTest(margin))).toBeLessThanOrEqual(1 + 1e-7);
      }),
    );
  });

  it("proves no worse where nothing ever fails, which a ratio never does", () => {
    const clean = (all: number): SessionCounts => ({
      weight: 0.25,
      candidate: 0,
      stable: 0,
      candidateSessions: all / 4,
      stableSessions: (all * 3) / 4,
    });
    const test = new EitherTest(MARGIN);
    expect(noWorseEventTest(MARGIN.ratio).logE([clean(1e6)])).toBe(0);
    expect(test.logE([clean(1_700)])).toBeLessThan(THRESHOLD);
    expect(test.logE([clean(1_760)])).toBeGreaterThan(THRESHOLD);
    const { totalWithMixtureCost } = sessionsNeeded({
      metric: {
        metric: "errors",
        harmRatio: 1.25,
        noWorseRatio: 2,
        noWorseOrPoints: 0.01,
        share: 1,
        required: true,
        capPico: null,
      },
      test: "no-worse",
      weight: 0.25,
      level: 0.05,
      outlook: { kind: "events", stable: 0, candidate: 0 },
    });
    expect(totalWithMixtureCost).toBeGreaterThan(1_700);
    expect(totalWithMixtureCost).toBeLessThan(1_760);
  });

  it("is never further than ln 2 from the test of the ratio, and with many events is proven by it", () => {
    const counts = { weight: 0.25, candidate: 120, stable: 360, candidateSessions: 1_000, stableSessions: 3_000 };
    const test = new EitherTest(MARGIN);
    expect(test.logE([counts])).toBeGreaterThan(noWorseEventTest(MARGIN.ratio).logE([counts]) - Math.LN2 - 1e-12);
    expect(test.logE([counts])).toBeGreaterThan(THRESHOLD);
    expect(logAbsoluteNoWorse([counts], MARGIN.points)).toBeLessThan(THRESHOLD);
  });

  it.each(ORACLES)("gives the e-value of $candidate and $stable events in $all sessions", (oracle) => {
    const { weight, candidate, stable, all, logE } = oracle;
    const counts = { weight, candidate, stable, candidateSessions: candidate, stableSessions: all - candidate };
    expect(new EitherTest(MARGIN).logE([counts])).toBeCloseTo(logE, 9);
  });
});

describe("a candidate at the edge of what is worse", () => {
  const LADDER = [0.01, 0.05, 0.25];
  const RUNS = 400;
  const SESSIONS = 9_000;

  /** Share of runs in which it is certified at any time; a third of the sessions under each weight of a ladder. */
  function certified({ stable, candidate }: EventRates, drift: number): number {
    const test = new EitherTest(MARGIN);
    let wrong = 0;
    for (let run = 0; run < RUNS; run += 1) {
      const random = randomFrom(11 + run * 7_919);
      const rows = LADDER.map((weight) => ({
        weight,
        candidate: 0,
        stable: 0,
        candidateSessions: 0,
        stableSessions: 0,
      }));
      for (let session = 0; session <= SESSIONS; session += 1) {
        const row = rows[Math.min(LADDER.length - 1, Math.floor((LADDER.length * session) / SESSIONS))]!;
        const times = 1 + (drift * session) / SESSIONS;
        const arm = random() < row.weight ? "candidate" : "stable";
        const isEvent = random() < times * (arm === "candidate" ? candidate : stable);
        // Only an event on the candidate makes the e-value fall, so looking right before each of them is looking always.
        const isLook = (isEvent && arm === "candidate") || session === SESSIONS;
        if (isLook && test.logE(rows) >= THRESHOLD) {
          wrong += 1;
          break;
        }
        row[`${arm}Sessions`] += 1;
        if (isEvent) row[arm] += 1;
      }
    }
    return wrong / RUNS;
  }

  it.each([
    ["at one point more, where failures are rarer", { stable: 0.002, candidate: 0.012 }, 0],
    ["at both margins", { stable: 0.01, candidate: 0.02 }, 0],
    ["at twice as many, where failures are more frequent", { stable: 0.03, candidate: 0.06 }, 0],
    ["at both margins at first, and past both later", { stable: 0.01, candidate: 0.02 }, 3],
  ] as const)("is certified in one run of twenty at most: %s", (_, rates, drift) => {
    expect(certified(rates, drift)).toBeLessThanOrEqual(0.05);
  });
});

describe("how fast it decides", () => {
  it("is by the ratio where events are frequent, and by the difference where they are rare", () => {
    const alike = (rate: number) => eitherGrowth({ stable: rate, candidate: rate }, 0.25, MARGIN);
    expect(alike(0.05).mixture).toBeCloseTo(Math.log(4), 12);
    expect(alike(0.001).mixture).toBeCloseTo(-Math.log(5 / 8), 12);
    expect(alike(0).growth).toBeCloseTo(Math.log1p((0.95 * 0.01) / (4 - 0.01)), 12);
  });

  it("is nothing for a candidate past both margins, and something for one past either", () => {
    const at = (stable: number, candidate: number) => eitherGrowth({ stable, candidate }, 0.25, MARGIN).growth;
    expect(at(0.01, 0.03)).toBe(0);
    expect(at(0.001, 0.005)).toBeGreaterThan(0);
    expect(at(0.05, 0.08)).toBeGreaterThan(0);
  });
});
