import * as fc from "fast-check";
import { expect, test } from "vitest";
import { inverseProbabilityEvent } from "./absolute-margin.ts";
import { logAbsoluteNoWorse } from "./absolute-test.ts";
import type { SessionCounts } from "./absolute-test.ts";
import { BOUNDED_LAMBDA } from "./grids.ts";
import { logSumExp } from "./log-sum-exp.ts";

const weights = [0.01, 0.05, 0.25, 0.5];
const counts: fc.Arbitrary<SessionCounts> = fc
  .record({
    weight: fc.constantFrom(...weights),
    candidateSessions: fc.nat(60),
    stableSessions: fc.nat(60),
    candidate: fc.nat(60),
    stable: fc.nat(60),
  })
  .map((each) => ({
    ...each,
    candidate: Math.min(each.candidate, each.candidateSessions),
    stable: Math.min(each.stable, each.stableSessions),
  }));

test("the counts give what betting on every session one by one would give", () => {
  fc.assert(
    fc.property(fc.array(counts, { maxLength: 3 }), fc.constantFrom(0.005, 0.01, 0.1), (epochs, margin) => {
      const wealth = BOUNDED_LAMBDA.map((multiple) => {
        let sum = 0;
        for (const { weight, candidate, stable, candidateSessions, stableSessions } of epochs) {
          const bet = multiple / (1 / weight - margin);
          const settle = (arm: "candidate" | "stable", event: boolean): number =>
            Math.log1p(bet * (margin - inverseProbabilityEvent({ arm, weight, event })));
          for (let index = 0; index < candidateSessions; index += 1) sum += settle("candidate", index < candidate);
          for (let index = 0; index < stableSessions; index += 1) sum += settle("stable", index < stable);
        }
        return sum;
      });
      const expected = logSumExp(wealth) - Math.log(wealth.length);
      expect(logAbsoluteNoWorse(epochs, margin)).toBeCloseTo(expected, 8);
    }),
  );
});

test("sessions without events prove no worse, and a candidate beyond the margin never is", () => {
  const at = { weight: 0.25, candidateSessions: 600, stableSessions: 1_800 };
  expect(logAbsoluteNoWorse([{ ...at, candidate: 0, stable: 0 }], 0.01)).toBeGreaterThan(Math.log(20));
  expect(logAbsoluteNoWorse([{ ...at, candidate: 25, stable: 15 }], 0.01)).toBeLessThan(0);
});

test("the margin is a difference: many events in both arms alike are no reason for doubt", () => {
  const at = { weight: 0.5, candidateSessions: 20_000, stableSessions: 20_000 };
  expect(logAbsoluteNoWorse([{ ...at, candidate: 1_000, stable: 1_000 }], 0.02)).toBeGreaterThan(Math.log(20));
});
