import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_FAULT_POLICY } from "../release/fault-policy.ts";
import { nextStep } from "./next-step.ts";
import type { FailedAttempt } from "./next-step.ts";

const POLICY = DEFAULT_FAULT_POLICY.retries;
const FAILED: FailedAttempt = {
  fault: "outage",
  askedMs: null,
  tookMs: 100,
  tries: 1,
  hasOther: false,
  hasNext: true,
  remainingMs: 60_000,
  random: 0.5,
};
const step = (change: Partial<FailedAttempt>, mayRetry = true) =>
  nextStep(POLICY, { ...FAILED, ...change }, () => mayRetry);

const failed: fc.Arbitrary<FailedAttempt> = fc.record({
  fault: fc.constantFrom(
    "outage",
    "late",
    "gone",
    "rate-limit",
    "credentials",
    "context-overflow",
    "content-policy",
    "final",
  ),
  askedMs: fc.option(fc.integer({ min: 0, max: 100_000 })),
  tookMs: fc.integer({ min: 0, max: 60_000 }),
  tries: fc.integer({ min: 1, max: 12 }),
  hasOther: fc.boolean(),
  hasNext: fc.boolean(),
  remainingMs: fc.integer({ min: -1_000, max: 100_000 }),
  random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});
const policy = fc.record({
  attempts: fc.integer({ min: 1, max: 10 }),
  budget: fc.double({ min: 0, max: 1, noNaN: true }),
  firstWaitMs: fc.integer({ min: 0, max: 5_000 }),
  longestWaitMs: fc.integer({ min: 0, max: 20_000 }),
  waitBeforeFallbackMs: fc.integer({ min: 0, max: 20_000 }),
});

describe("after a failed attempt", () => {
  test("an outage is retried once and then left for the next model", () => {
    expect(step({})).toEqual({ type: "retry", waitMs: 250 });
    expect(step({ tries: 2 })).toEqual({ type: "next" });
  });

  test("a target that was late is never asked again", () => {
    expect(step({ fault: "late" })).toEqual({ type: "next" });
    expect(step({ fault: "late", hasNext: false })).toEqual({ type: "stop" });
  });

  test("a short Retry-After is waited for, a long one only when nobody else could answer", () => {
    expect(step({ fault: "rate-limit", askedMs: 2_000 })).toEqual({ type: "retry", waitMs: 2_000 });
    expect(step({ fault: "rate-limit", askedMs: 8_000 })).toEqual({ type: "next" });
    expect(step({ fault: "rate-limit", askedMs: 8_000, hasNext: false })).toEqual({ type: "retry", waitMs: 8_000 });
    expect(step({ fault: "rate-limit", askedMs: 30_000, hasNext: false })).toEqual({ type: "stop" });
  });

  test("an attempt that took long before it failed is retried only when nobody else could answer", () => {
    expect(step({ tookMs: 30_000 })).toEqual({ type: "next" });
    expect(step({ tookMs: 30_000, hasNext: false }).type).toBe("retry");
  });

  test("another key or deployment is asked at once, also after a timeout", () => {
    for (const fault of ["outage", "late", "gone", "rate-limit", "credentials"] as const)
      expect(step({ fault, hasOther: true })).toEqual({ type: "other" });
  });

  test("another key does not help against a refusal", () => {
    expect(step({ fault: "content-policy", hasOther: true, hasNext: false })).toEqual({ type: "stop" });
    expect(step({ fault: "context-overflow", hasOther: true })).toEqual({ type: "next" });
  });

  test("without a budget nothing is retried", () => {
    expect(step({}, false)).toEqual({ type: "next" });
    expect(step({ hasNext: false }, false)).toEqual({ type: "stop" });
  });

  test("no wait is longer than the policy says, nor ends after the deadline", () => {
    fc.assert(
      fc.property(policy, failed, (retries, given) => {
        const next = nextStep(retries, given, () => true);
        if (next.type !== "retry") return;
        const longestMs = given.hasNext ? retries.waitBeforeFallbackMs : retries.longestWaitMs;
        expect(next.waitMs).toBeLessThanOrEqual(longestMs + 100);
        expect(next.waitMs).toBeLessThan(given.remainingMs);
        expect(next.waitMs).toBeGreaterThanOrEqual(given.askedMs ?? 0);
        expect(given.tries).toBeLessThan(retries.attempts);
        expect(["outage", "rate-limit"]).toContain(given.fault);
      }),
    );
  });

  test("a retry is taken out of the budget exactly when it is made", () => {
    fc.assert(
      fc.property(policy, failed, fc.boolean(), (retries, given, hasBudget) => {
        let asked = 0;
        const next = nextStep(retries, given, () => {
          asked += 1;
          return hasBudget;
        });
        expect(asked).toBeLessThanOrEqual(1);
        if (next.type === "retry") expect(asked).toBe(1);
        if (asked === 1 && hasBudget) expect(next.type).toBe("retry");
      }),
    );
  });

  test("a call goes to the next model only where there is one, and past the deadline nowhere", () => {
    fc.assert(
      fc.property(policy, failed, (retries, given) => {
        const { type } = nextStep(retries, given, () => true);
        if (type === "next") expect(given.hasNext).toBe(true);
        if (given.remainingMs <= 0 || given.fault === "final") expect(type).toBe("stop");
      }),
    );
  });
});
