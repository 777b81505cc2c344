import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { betaCdf, betaQuantile } from "./beta.ts";
import { auditsNeeded, lowerBound, spentAlpha, upperBound } from "./exact-bounds.ts";

/** Pr(X ≤ wrong) of a binomial count, summed term by term: slow, plain, and nothing in common with the fraction. */
function binomialUpTo(n: number, share: number, wrong: number): number {
  let term = (1 - share) ** n;
  let sum = term;
  for (let count = 1; count <= wrong; count += 1) {
    term *= ((n - count + 1) / count) * (share / (1 - share));
    sum += term;
  }
  return sum;
}

describe("the number of audits without an error that prove a bound", () => {
  test.each([
    [0.1, 0.05, 29],
    [0.1, 0.1, 22],
    [0.05, 0.05, 59],
    [0.05, 0.1, 45],
    [0.02, 0.05, 149],
    [0.02, 0.1, 114],
    [0.01, 0.05, 299],
    [0.01, 0.1, 230],
  ])("is the published one: bound %f, α %f, %i audits", (bound, alpha, audits) => {
    expect(auditsNeeded(bound, alpha)).toBe(audits);
    expect(upperBound({ n: audits, wrong: 0 }, alpha)).toBeLessThanOrEqual(bound);
    expect(upperBound({ n: audits - 1, wrong: 0 }, alpha)).toBeGreaterThan(bound);
  });
});

describe("Clopper and Pearson's bounds", () => {
  // Two-sided 95 % intervals (α = 2.5 % on each side) from published tables.
  test.each([
    [10, 1, 0.00253, 0.44502],
    [20, 3, 0.03207, 0.37893],
    [50, 5, 0.03328, 0.21813],
    [100, 10, 0.049, 0.17622],
    [100, 50, 0.39832, 0.60168],
  ])("are the published ones for %i with %i wrong", (n, wrong, ...published) => {
    const bounds = [lowerBound({ n, wrong }, 0.025), upperBound({ n, wrong }, 0.025)];
    for (const [at, bound] of bounds.entries()) expect(bound).toBeCloseTo(published[at] ?? Number.NaN, 4);
  });

  test("are where the binomial tail is α, whatever the sample", () => {
    const samples = fc.record({
      n: fc.integer({ min: 1, max: 150 }),
      part: fc.double({ min: 0, max: 0.9, noNaN: true }),
      alpha: fc.double({ min: 1e-5, max: 0.5, noNaN: true }),
    });
    fc.assert(
      fc.property(samples, ({ n, part, alpha }) => {
        const wrong = Math.floor(part * n);
        const upper = upperBound({ n, wrong }, alpha);
        expect(binomialUpTo(n, upper, wrong) / alpha).toBeCloseTo(1, 3);
      }),
    );
  });

  test("hold everything possible where all or none were wrong", () => {
    expect(upperBound({ n: 7, wrong: 7 }, 0.05)).toBe(1);
    expect(upperBound({ n: 0, wrong: 0 }, 0.05)).toBe(1);
    expect(lowerBound({ n: 7, wrong: 0 }, 0.05)).toBe(0);
    expect(lowerBound({ n: 10, wrong: 10 }, 0.05)).toBeCloseTo(0.05 ** 0.1, 12);
  });
});

describe("the Beta distribution", () => {
  const shapes = fc.tuple(
    fc.double({ min: 0.5, max: 5_000, noNaN: true }),
    fc.double({ min: 0.5, max: 5_000, noNaN: true }),
  );

  test("a quantile leads back to its probability", () => {
    fc.assert(
      fc.property(shapes, fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), ([a, b], p) => {
        const x = betaQuantile(p, a, b);
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(1);
        expect(betaCdf(x, a, b)).toBeCloseTo(p, 6);
      }),
    );
  });

  test("is symmetric, grows, and is known in closed form for a shape of 1", () => {
    fc.assert(
      fc.property(shapes, fc.double({ min: 0.001, max: 0.999, noNaN: true }), ([a, b], x) => {
        expect(betaCdf(x, a, b)).toBeCloseTo(1 - betaCdf(1 - x, b, a), 9);
        expect(betaCdf(x, a, b)).toBeLessThanOrEqual(betaCdf(x + 0.0005, a, b) + 1e-12);
        expect(betaCdf(x, a, 1)).toBeCloseTo(x ** a, 9);
        expect(betaCdf(x, 1, b)).toBeCloseTo(1 - (1 - x) ** b, 9);
      }),
    );
  });
});

test("what is spent on any number of tests stays within α", () => {
  const spent = Array.from({ length: 100_000 }, (_, test) => spentAlpha(0.05, test + 1)).reduce((a, b) => a + b, 0);
  expect(spent).toBeLessThan(0.05);
  expect(spent).toBeGreaterThan(0.0499);
});
