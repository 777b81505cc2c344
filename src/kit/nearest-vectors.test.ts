import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestVectors, unitVector, vectorBytes, vectorOf } from "./nearest-vectors.ts";

const numbers = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 7, maxLength: 7 });

test("finds the same as sorting all of them does", () => {
  fc.assert(
    fc.property(numbers, fc.array(numbers, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (one, others, count) => {
      const sought = unitVector(one);
      const vectors = others.flatMap((each) => unitVector(each) ?? []);
      fc.pre(sought !== null);
      const product = (vector: Float32Array): number =>
        vector.reduce((sum, value, at) => sum + value * (sought?.[at] ?? 0), 0);
      const sorted = vectors
        .map(product)
        .toSorted((a, b) => b - a)
        .slice(0, count);
      const found = nearestVectors(sought, vectors, count);
      expect(found).toHaveLength(sorted.length);
      for (const [at, { index, product: told }] of found.entries()) {
        expect(told).toBeCloseTo(sorted[at] ?? Number.NaN, 5);
        expect(told).toBeCloseTo(product(vectors[index] as Float32Array), 5);
      }
    }),
  );
});

test("passes over vectors of another size", () => {
  const [two, three] = [unitVector([1, 0]), unitVector([1, 0, 0])];
  expect(nearestVectors(two as Float32Array, [three as Float32Array], 3)).toEqual([]);
});

test("a vector comes back from its bytes as it was, and what is none does not", () => {
  const vector = unitVector([3, -4, 12]) as Float32Array;
  expect(vectorOf(vectorBytes(vector))).toEqual(vector);
  const poisoned = [[], [1, 2, 3], [...Buffer.alloc(12)], [...vectorBytes(new Float32Array([Number.NaN, 1]))]];
  for (const bytes of poisoned) expect(vectorOf(Uint8Array.from(bytes))).toBeNull();
  for (const none of [[], [0, 0], [Number.NaN], [Number.POSITIVE_INFINITY, 1]]) expect(unitVector(none)).toBeNull();
  expect(unitVector([1, 0], 3)).toBeNull();
});
