import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../../../bench/evidence/random.ts";
import { upperBound } from "./exact-bounds.ts";
import { boundBehind } from "./judge-bound.ts";
import { findThreshold } from "./find-threshold.ts";
import type { ScoredEvent, ThresholdTest } from "./find-threshold.ts";
import { cutSizes, planCuts } from "./plan-cuts.ts";
import type { TestTerms } from "./plan-cuts.ts";

/** Tests events on all cuts that could pass. */
function tested(events: readonly ScoredEvent[], terms: TestTerms): ThresholdTest {
  const sorted = events.toSorted((one, other) => other.score - one.score);
  return findThreshold(sorted, cutSizes(sorted.length, terms), terms);
}

const termsOf = (bound: number, alpha: number): TestTerms => ({ bound, boundOf: boundBehind(null, alpha) });

const TERMS = termsOf(0.05, 0.05);

/** Events whose scores fall evenly; `isCorrect` is told their rank from the top. */
const ranked = (count: number, isCorrect: (rank: number) => boolean): readonly ScoredEvent[] =>
  Array.from({ length: count }, (_, rank) => ({ score: 1 - rank / count, isCorrect: isCorrect(rank) }));

describe("the threshold", () => {
  test("is none with fewer events than could prove the bound, however good they are", () => {
    expect(
      tested(
        ranked(59, () => true),
        TERMS,
      ),
    ).toEqual({ passed: null, failed: null });
    expect(
      tested(
        ranked(60, () => true),
        TERMS,
      ).passed,
    ).toMatchObject({ n: 60, wrong: 0 });
  });

  test("lets everything through that scores like what was audited, where nothing is wrong", () => {
    expect(
      tested(
        ranked(1_000, () => true),
        TERMS,
      ).passed,
    ).toMatchObject({ n: 1_000, wrong: 0 });
  });

  test("stops at the first cut that fails, though a later one would pass", () => {
    // Errors at the very top, and none for a long time after.
    const { passed, failed } = tested(
      ranked(3_000, (rank) => rank >= 20),
      TERMS,
    );
    expect(passed).toBeNull();
    expect(failed?.wrong).toBe(20);
    expect(upperBound({ n: 2_999, wrong: 20 }, 0.05)).toBeLessThan(0.05);
  });

  test("lies where the errors begin", () => {
    const { passed, failed } = tested(
      ranked(2_000, (rank) => rank < 800),
      TERMS,
    );
    expect(passed?.n).toBeGreaterThan(600);
    expect(passed?.n).toBeLessThan(850);
    expect(failed?.n).toBeGreaterThan(800);
  });

  test("never lies inside a group of equal scores", () => {
    const events = Array.from({ length: 400 }, (_, at) => ({
      score: at < 100 ? 0.9 : 0.5,
      isCorrect: at % 4 < 3 || at < 100,
    }));
    const { passed } = tested(events, TERMS);
    expect(passed).toMatchObject({ n: 100, threshold: 0.5 });
    const alike = events.map((event) => ({ ...event, score: 0.7 }));
    expect(tested(alike, TERMS).passed).toBeNull();
  });

  test("proves questions that all look alike to the score, where they are right", () => {
    const alike = Array.from({ length: 60 }, () => ({ score: 0.7, isCorrect: true }));
    const { passed } = tested(alike, TERMS);
    expect(passed).toMatchObject({ n: 60, wrong: 0 });
    expect(passed?.threshold).toBeLessThan(0.7);
    expect(passed?.threshold).toBeGreaterThan(0.699);
  });

  test("depends on the order of events in nothing", () => {
    const events = fc.array(fc.record({ score: fc.integer({ min: 0, max: 400 }), isCorrect: fc.boolean() }), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(events, (some) => {
        const loose = termsOf(0.5, 0.2);
        expect(tested(some.toReversed(), loose)).toEqual(tested(some, loose));
      }),
    );
  });
});

test("the cuts grow from one that can pass to all events, and know nothing of labels", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 20_000 }),
      fc.double({ min: 0.005, max: 0.3, noNaN: true }),
      (events, bound) => {
        const sizes = cutSizes(events, termsOf(bound, 0.05));
        expect(sizes).toEqual([...new Set(sizes)].toSorted((one, other) => one - other));
        for (const size of sizes) {
          expect(upperBound({ n: size, wrong: 0 }, 0.05)).toBeLessThanOrEqual(bound);
          expect(size).toBeLessThanOrEqual(events);
        }
      },
    ),
  );
});

test("a threshold whose true share of errors is above the bound passes no more often than α", () => {
  const random = new Random(20_261_121, "fixed sequence");
  // Pr(wrong | score) falls from 30 % at 0 to 0 at 1: above a threshold t the true share is 0.3 (1 - t) / 2.
  const terms = termsOf(0.06, 0.1);
  let broken = 0;
  let opened = 0;
  for (let run = 0; run < 1_000; run += 1) {
    const events = Array.from({ length: 600 }, () => {
      const score = random.uniform();
      return { score, isCorrect: !random.chance(0.3 * (1 - score)) };
    });
    const { passed } = tested(events, terms);
    if (passed === null) continue;
    opened += 1;
    broken += Number((0.3 * (1 - passed.threshold)) / 2 > terms.bound);
  }
  expect(opened).toBeGreaterThan(600);
  // 10 % of 1,000 and three standard deviations.
  expect(broken).toBeLessThan(100 + 30);
});

describe("the plan of a test", () => {
  const scores = (count: number, top: number): readonly number[] =>
    Array.from({ length: count }, (_, at) => (at < top ? 0.995 : 0.4));

  test("begins where the score expects to pass, and sees how far it will get", () => {
    const { sizes, reach } = planCuts(scores(2_000, 600), [], TERMS);
    // The strictest cut would have to be without any error, of which there may be one in 200.
    expect(sizes[0]).toBeGreaterThanOrEqual(59);
    expect(sizes[0]).toBeLessThan(300);
    expect(reach).toBeGreaterThan(400);
    expect(reach).toBeLessThan(700);
  });

  test("is empty where the score expects too many errors everywhere", () => {
    expect(planCuts(scores(2_000, 30), [], TERMS)).toEqual({ sizes: [], reach: 0 });
    expect(planCuts([], [], TERMS)).toEqual({ sizes: [], reach: 0 });
  });
});
