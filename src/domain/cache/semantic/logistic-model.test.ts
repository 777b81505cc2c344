import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Random } from "../../../../bench/evidence/random.ts";
import { fitLogistic, scoreOf } from "./logistic-model.ts";
import type { LogisticModel, Sample } from "./logistic-model.ts";

const fitted = (samples: readonly Sample[], ridge = 1): LogisticModel => {
  const model = fitLogistic(samples, ridge);
  if (model === null) throw new Error("nothing was fitted");
  return model;
};

describe("the logistic model", () => {
  test("finds a rule that separates the samples", () => {
    const random = new Random(1, "separable");
    const samples = Array.from({ length: 400 }, () => {
      const x = [random.uniform(), random.uniform(), random.uniform()];
      return { x, isCorrect: 2 * (x[0] ?? 0) - (x[1] ?? 0) > 0.5 };
    });
    const model = fitted(samples);
    const right = samples.filter(({ x, isCorrect }) => scoreOf(model, x) > 0.5 === isCorrect).length;
    expect(right / samples.length).toBeGreaterThan(0.97);
    const [first = 0, second = 0, third = 0] = model.weights;
    expect(first).toBeGreaterThan(-second);
    expect(second).toBeLessThan(0);
    expect(Math.abs(third)).toBeLessThan(first / 5);
  });

  test("finds the probabilities that the labels were drawn with", () => {
    const random = new Random(2, "drawn");
    const chance = (x: number): number => 1 / (1 + Math.exp(-(4 * x - 1)));
    const samples = Array.from({ length: 20_000 }, () => {
      const x = random.uniform();
      return { x: [x], isCorrect: random.chance(chance(x)) };
    });
    const model = fitted(samples);
    for (const x of [0, 0.25, 0.5, 0.75, 1]) expect(Math.abs(scoreOf(model, [x]) - chance(x))).toBeLessThan(0.03);
  });

  test("has a finite answer for samples that are all alike, all right, all wrong, or one", () => {
    const alike = (count: number, isCorrect: boolean): Sample[] =>
      Array.from({ length: count }, () => ({ x: [0.5, 0.5], isCorrect }));
    expect(fitLogistic([], 1)).toBeNull();
    expect(scoreOf(fitted(alike(50, true)), [0.5, 0.5])).toBeGreaterThan(0.9);
    expect(scoreOf(fitted(alike(50, false)), [0.5, 0.5])).toBeLessThan(0.1);
    expect(scoreOf(fitted(alike(1, true)), [0.5, 0.5])).toBeLessThanOrEqual(1);
    expect(scoreOf(fitted([...alike(30, true), ...alike(30, false)]), [0.5, 0.5])).toBeCloseTo(0.5, 6);
  });

  test("gives a number in [0, 1] for whatever it was fitted on", () => {
    const sample = fc.record({
      x: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
      isCorrect: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 40 }), sample, (samples, { x }) => {
        const score = scoreOf(fitted(samples, 0.5), x);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }),
    );
  });
});
