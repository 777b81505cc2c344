import * as fc from "fast-check";
import { expect, test } from "vitest";
import { hashWord, searchWords, wordHashesOfCall, wordsIn, wordsOfCall } from "./search-words.ts";

test("words are folded: lower case, no accents, cut at what is neither letter nor digit", () => {
  expect(wordsIn("Wo ist PÄCKCHEN #4711-b?")).toEqual(["wo", "ist", "packchen", "4711", "b"]);
  expect(wordsIn("ﬁne Ⅻ")).toEqual(["fine", "xii"]);
  expect(wordsIn("x".repeat(100))).toEqual(["x".repeat(40)]);
});

test("text without spaces is found by pairs of its characters", () => {
  expect(wordsIn("日本語")).toEqual(["日本", "本語"]);
  expect(wordsIn("本 order")).toEqual(["本", "order"]);
});

test("a word after a dash must not be there; a dash alone is nothing", () => {
  expect(searchWords(" Refund -Test - refund ")).toEqual({ words: ["refund"], without: ["test"] });
});

test("whatever is looked for as it stands in a text is among its words", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
      const own = wordsOfCall({ asked: text, answered: "", fault: "", tools: [], tags: [] });
      const { words, without } = searchWords(text);
      expect([...words, ...without].every((word) => own.has(word))).toBe(true);
    }),
  );
});

test("hashes of a call's words are those of its words, of plain text too, which is never cut into words", () => {
  const plain = fc.string({ unit: "binary-ascii", maxLength: 300 });
  const long = fc.string({ unit: fc.constantFrom("a", "B", "7"), minLength: 38, maxLength: 90 });
  const any = fc.oneof(plain, long, fc.string({ unit: "grapheme", maxLength: 100 }));
  const tags = fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 3 });
  const text = fc.record({
    asked: any,
    answered: any,
    fault: any,
    tools: fc.array(fc.string(), { maxLength: 3 }),
    tags,
  });
  fc.assert(
    fc.property(text, (call) => {
      const words = new Set(Array.from(wordsOfCall(call), hashWord));
      expect(new Set(Uint32Array.from(wordHashesOfCall(call)))).toEqual(words);
    }),
  );
});

test("a call has a bounded number of words", () => {
  const asked = Array.from({ length: 5_000 }, (_, index) => `w${index}`).join(" ");
  const call = { asked, answered: `é ${asked}`, fault: "", tools: [], tags: [] };
  expect(wordsOfCall(call).size).toBe(1_200);
  expect(wordHashesOfCall(call).size).toBe(1_200);
});

test("hashes of words are 32 bits that spread", () => {
  const hashes = new Set(Array.from({ length: 20_000 }, (_, index) => hashWord(`word${index}`)));
  expect(hashes.size).toBeGreaterThan(19_995);
  expect(new Set([...hashes].map((hash) => hash >>> 26)).size).toBe(64);
});
