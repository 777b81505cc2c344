import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AnswerLengths } from "./answer-lengths.ts";

test("begins at 256 and comes near to what answers have, and follows them", () => {
  const lengths = new AnswerLengths();
  expect(lengths.expected("bot")).toBe(256);
  for (let answer = 0; answer < 8; answer += 1) lengths.observe("bot", 4_000);
  expect(lengths.expected("bot")).toBeGreaterThan(3_500);
  for (let answer = 0; answer < 64; answer += 1) lengths.observe("bot", 20);
  expect(lengths.expected("bot")).toBeLessThan(100);
  expect(lengths.expected("other")).toBe(256);
});

test("stays between the shortest and the longest, 256 included, and takes nothing that is no number", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(100_000), fc.constant(Number.NaN)), { maxLength: 100 }), (answers) => {
      const lengths = new AnswerLengths();
      for (const tokens of answers) lengths.observe("bot", tokens);
      const known = [256, ...answers.filter((tokens) => !Number.isNaN(tokens))];
      expect(lengths.expected("bot")).toBeGreaterThanOrEqual(Math.min(...known));
      expect(lengths.expected("bot")).toBeLessThanOrEqual(Math.max(...known));
    }),
  );
});

test("remembers a thousand names, the latest", () => {
  const lengths = new AnswerLengths();
  for (let name = 0; name < 1_001; name += 1) lengths.observe(`bot ${name}`, 10_000);
  expect(lengths.expected("bot 0")).toBe(256);
  expect(lengths.expected("bot 1")).toBeGreaterThan(256);
});
