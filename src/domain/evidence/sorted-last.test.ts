import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SortedLast } from "./sorted-last.ts";

const number = fc.oneof(
  fc.double({ noNaN: true, min: 0 }),
  fc.integer({ min: 0, max: 5 }),
  fc.constant(Number.POSITIVE_INFINITY),
);

describe("the last so many numbers", () => {
  it("are in order at any moment, as if they were sorted anew", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.array(number, { maxLength: 200 }), (most, numbers) => {
        const last = new SortedLast(most);
        for (const [index, value] of numbers.entries()) {
          last.add(value);
          const wanted = numbers.slice(Math.max(0, index + 1 - most), index + 1).toSorted((a, b) => a - b);
          expect(Array.from({ length: last.size }, (_, rank) => last.at(rank))).toEqual(wanted);
        }
        expect(last.at(last.size)).toBeNull();
      }),
    );
  });
});
