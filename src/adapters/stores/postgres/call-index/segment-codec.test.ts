import * as fc from "fast-check";
import { expect, test } from "vitest";
import { FACETS, MEASURES } from "../../../../domain/call/call-search.ts";
import type { IndexEntry } from "./index-entry.ts";
import { decodeSegment, encodeSegment } from "./segment-codec.ts";
import { joinParts, splitParts } from "./segment-parts.ts";
import { mayHaveValue, valueFilter } from "./value-filter.ts";
import { chooseToMerge } from "./merge-segments.ts";

const DAY_MS = 86_400_000;
const hash = fc.maxSafeNat();

const entry: fc.Arbitrary<IndexEntry> = fc.record({
  ms: fc.nat({ max: DAY_MS - 1 }).map((ms) => 1_790_000_000_000 + ms),
  atOffset: fc.integer({ min: -60_000, max: 60_000 }),
  values: fc.tuple(...FACETS.map(() => fc.constantFrom("a", "b", "(none)", "ü\u0000"))),
  measures: fc.tuple(...MEASURES.map(() => fc.nat({ max: 0xff_ff_ff_ff }))),
  session: fc.oneof(fc.constant(0), hash),
  user: fc.oneof(fc.constant(0), hash),
  trace: fc.oneof(fc.constant(0), hash),
  pack: fc.uuid().map((id) => ({ id, writtenUs: 1_790_000_000_000_123 })),
  line: fc.nat({ max: 63 }),
  text: fc.option(
    fc.record({
      day: fc.integer({ min: 20_000, max: 20_003 }),
      asked: fc.string({ unit: "binary", maxLength: 20 }).map((text) => text.toWellFormed()),
      answered: fc.string({ maxLength: 20 }),
      words: fc
        .uniqueArray(fc.nat({ max: 0xff_ff_ff_ff }), { maxLength: 30 })
        .map((words) => Uint32Array.from(words.toSorted((a, b) => a - b))),
    }),
  ),
});

test("a segment gives back every entry that was put into it, in the order of time", () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 300 }), (entries) => {
      const { head, firstMs, parts, texts } = encodeSegment(entries);
      const wired = new Map([...texts].map(([day, own]) => [day, splitParts(joinParts(own))]));
      const decoded = decodeSegment({ head, firstMs, parts: splitParts(joinParts(parts)), texts: wired });
      const plain = (one: IndexEntry) => ({
        ...one,
        text: one.text && { ...one.text, words: [...one.text.words].toSorted((a, b) => a - b) },
      });
      expect(decoded.map(plain)).toEqual(entries.toSorted((a, b) => a.ms - b.ms).map(plain));
    }),
    { numRuns: 40 },
  );
});

test("a filter of values never denies one that is there, and seldom affirms one that is not", () => {
  fc.assert(
    fc.property(fc.uniqueArray(hash, { maxLength: 200 }), (values) => {
      const filter = valueFilter(new Set(values));
      expect(values.every((value) => mayHaveValue(filter, value))).toBe(true);
    }),
  );
  const filter = valueFilter(new Set(Array.from({ length: 5_000 }, (_, index) => index * 7_919_777 + 1)));
  const wrong = Array.from({ length: 10_000 }, (_, index) => index * 104_729_333 + 5).filter((value) =>
    mayHaveValue(filter, value),
  );
  expect(wrong.length).toBeLessThan(500);
});

test("segments are merged with others of their size, so that a call is written again a few times only", () => {
  const small = (sizes: readonly number[]) =>
    sizes.map((calls, index) => ({ day: 1, id: String(index), firstMs: 0, lastMs: 0, calls }));
  expect(chooseToMerge(small([1, 1, 2]), true)).toEqual([]);
  expect(chooseToMerge(small([1, 1, 2]), false)).toHaveLength(3);
  expect(chooseToMerge(small([1, 1, 1, 1, 1, 1, 1, 1, 5_000]), true).map(({ calls }) => calls)).toEqual([
    1, 1, 1, 1, 1, 1, 1, 1,
  ]);
  expect(chooseToMerge(small([9_000, 9_000, 9_000]), true)).toHaveLength(2);
});
