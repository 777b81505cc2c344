import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EMPTY_RECORD, readRecord, recordAt, recordWith } from "./entry-record.ts";
import { guardsOf, transactionalVeto } from "./guards.ts";
import { FEATURE_NAMES, isPairFeatures, pairFeatures } from "./pair-features.ts";
import { traitsOf } from "./question-traits.ts";

const guards = (one: string, other: string) => guardsOf(traitsOf(one), traitsOf(other));

/** Names of the guards that see a difference. */
const seen = (one: string, other: string): readonly string[] =>
  Object.entries(guards(one, other)).flatMap(([name, differs]) => (differs ? [name] : []));

describe("guards", () => {
  test.each([
    ["Convert 10 miles to km", "Convert 12 miles to km", ["number"]],
    ["Is it safe to eat raw chicken?", "Is it not safe to eat raw chicken?", ["negation"]],
    ["Can I use my card?", "Why can't I use my card?", ["negation"]],
    ["How do I open an account?", "How do I close an account?", ["antonym"]],
    ["What is the capital of France?", "What is the capital of Spain?", ["entity"]],
    ["Where is order ord-7f12", "Where is order ord-7f13", ["number", "identifier"]],
    ["Show me flight A320", "Show me flight A321", ["number", "identifier"]],
    ["Tell me two jokes", "Tell me three jokes", ["number"]],
  ])("see the difference of %j and %j", (one, other, differences) => {
    expect(seen(one, other)).toEqual(differences);
    expect(seen(other, one)).toEqual(differences);
  });

  test.each([
    ["How do I top up my card?", "how can I top up my card"],
    ["Send 1,000 dollars", "send 1000 dollars"],
    ["I want two tickets", "i want 2 tickets"],
    ["Don't you take cards?", "do you not take cards"],
    ["Is Paris nice?", "is paris nice"],
    ["What's up?", "What’s up?"],
  ])("see none between %j and %j", (one, other) => {
    expect(seen(one, other)).toEqual([]);
  });

  test("numbers, identifiers and negation veto a pair of a transactional partition, words do not", () => {
    expect(transactionalVeto(guards("send 10", "send 12"))).toBe("number");
    expect(transactionalVeto(guards("do it", "do not do it"))).toBe("negation");
    expect(transactionalVeto(guards("send 10 to Ann", "send 10 to Bob"))).toBeNull();
  });
});

describe("an entry's record", () => {
  test("counts what speaks for and against an answer at a similarity", () => {
    const record = [0.9, 0.95].reduce(
      (all, each) => recordWith(all, each, true),
      recordWith(EMPTY_RECORD, 0.85, false),
    );
    expect(recordAt(record, 0.92)).toEqual({ confirmed: 1, refuted: 0, total: 3 });
    expect(recordAt(record, 0.86)).toEqual({ confirmed: 0, refuted: 1, total: 3 });
    expect(recordAt(record, 0.97)).toEqual({ confirmed: 2, refuted: 0, total: 3 });
  });

  test("is bounded, and a damaged one reads as an empty one", () => {
    let record = EMPTY_RECORD;
    for (let at = 0; at < 100; at += 1) record = recordWith(record, at / 100, true);
    expect(record.confirmed).toHaveLength(32);
    expect(record.confirmed.at(-1)).toBe(0.99);
    expect(readRecord(JSON.parse(JSON.stringify(record)))).toEqual(record);
    expect(recordWith(record, Number.NaN, true)).toBe(record);
    for (const damaged of [null, 7, "x", [], { confirmed: "x", refuted: [{}, 2, Number.NaN] }]) {
      expect(readRecord(damaged)).toEqual(EMPTY_RECORD);
    }
  });
});

describe("features of a pair", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({ unit: "grapheme", maxLength: 300 }),
    fc.string({ maxLength: 300 }),
  );

  test("are bounded numbers for any two texts and any record", () => {
    const record = fc.array(fc.tuple(fc.double({ min: -2, max: 2 }), fc.boolean()), { maxLength: 80 });
    fc.assert(
      fc.property(fc.tuple(text, text), fc.double(), record, ([one, other], similarity, judged) => {
        const kept = judged.reduce((all, [at, isCorrect]) => recordWith(all, at, isCorrect), EMPTY_RECORD);
        const [question, candidate] = [traitsOf(one), traitsOf(other)];
        const features = pairFeatures({ question, candidate, similarity, runnerUp: -similarity, record: kept });
        expect(features).toHaveLength(FEATURE_NAMES.length);
        expect(isPairFeatures(features)).toBe(true);
        expect(JSON.parse(JSON.stringify(features))).toEqual(features.map((each) => each + 0));
      }),
    );
  });

  test("of a text with itself show no difference", () => {
    fc.assert(
      fc.property(text, (one) => {
        expect(seen(one, one)).toEqual([]);
        const traits = traitsOf(one);
        const features = pairFeatures({
          question: traits,
          candidate: traits,
          similarity: 1,
          runnerUp: null,
          record: EMPTY_RECORD,
        });
        expect(features.slice(0, 6)).toEqual([1, 1, 1, 1, 1, 0]);
      }),
    );
  });

  test("take time in proportion to a text, however it is made", () => {
    for (const piece of ["a'", "1,", "a-", "@a", "(", "'n't", "\u0301", "ﷺ", "9 "]) {
      const traits = traitsOf(piece.repeat(200_000));
      expect(traits.words.length).toBeLessThanOrEqual(256);
    }
  });
});
