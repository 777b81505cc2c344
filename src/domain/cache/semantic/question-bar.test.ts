import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasPersonalMark } from "./personal-marks.ts";
import { answerTextBar, questionBar } from "./question-bar.ts";
import { standaloneBar } from "./standalone.ts";

describe("what is never compared with other questions", () => {
  test.each([
    ["What is the weather today?", "time"],
    ["Who won last night?", "time"],
    ["what is the latest version", "time"],
    ["Was kostet das heute?", "time"],
    ["mail me at ann.lee+x@example.co.uk please", "personal"],
    ["my card is 4111 1111 1111 1111", "personal"],
    ["IBAN DE89 3704 0044 0532 0130 00", "personal"],
    ["call me: +44 20 7946 0958", "personal"],
    ["my ssn 078-05-1120", "personal"],
    ["Hi, my name is Ann", "personal"],
    ["", "empty"],
    ["?! …", "empty"],
    ["word ".repeat(500), "too-long"],
  ])("%j is not, because of %s", (text, bar) => {
    expect(questionBar(text)).toBe(bar);
  });

  test.each([
    "How do I activate my card?",
    "How long does a transfer take?",
    "What is 12 times 144?",
    "Convert 1000000 yen to euros",
    "Who was born in 1969 and walked on the moon in July?",
    "Explain @Override in Java",
    "What does error 0x80070057 mean?",
    "is 192.168.0.1 a private address",
  ])("%j may be", (text) => {
    expect(questionBar(text)).toBeNull();
  });

  test("an answer that names a person's data is not given to others", () => {
    expect(answerTextBar("Your balance was sent to bob@example.com.")).toBe("personal");
    expect(answerTextBar("Open the app and choose Cards.")).toBeNull();
  });

  test("no text of any kind makes it throw, or takes long", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
        questionBar(text);
        standaloneBar(text);
        expect(typeof hasPersonalMark(text)).toBe("boolean");
      }),
    );
    for (const piece of ["@", "a@", "1 ", "1-", "0", "((", "my ", "A1 ", ". "]) {
      expect(typeof hasPersonalMark(piece.repeat(100_000))).toBe("boolean");
    }
  });
});

describe("what leans on earlier turns", () => {
  test.each([
    ["How do I cancel it?", "pronoun"],
    ["and what about those?", "pronoun"],
    ["and for groups of ten?", "ellipsis"],
    ["why?", "ellipsis"],
    ["Und dann?", "ellipsis"],
  ])("%j does, by its %s", (text, bar) => {
    expect(standaloneBar(text)).toBe(bar);
  });

  test.each(["How do I cancel my subscription?", "What is the capital of France?"])("%j does not", (text) => {
    expect(standaloneBar(text)).toBeNull();
  });
});
