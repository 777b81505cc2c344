import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createTokenCounters } from "../../adapters/tokens/token-counters.ts";
import { tokenizerOf } from "./context-policy.ts";
import { estimateTokens } from "./estimate-tokens.ts";

const SAMPLES: Readonly<Record<string, string>> = {
  prose:
    "The parcel left the warehouse on Tuesday and has not moved since. I would like to know whether it can still arrive before the weekend, because I am travelling on Saturday morning.",
  german:
    "Das Paket hat das Lager am Dienstag verlassen und sich seitdem nicht bewegt. Kann es noch vor dem Wochenende ankommen?",
  code: "export const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);\nif (x >= 10 && y !== null) { return x[y]?.z ?? -1; }",
  json: '{"id":"ord_918273","items":[{"sku":"A-17","qty":2,"price":19.99},{"sku":"B-04","qty":1,"price":5}],"paid":true}',
  digits: "4111 1111 1111 1111, 2026-11-21T12:30:45Z, +49 30 1234567, 3.14159265358979",
  russian: "Посылка покинула склад во вторник и с тех пор не двигалась. Успеет ли она прийти до выходных?",
  chinese: "包裹星期二离开了仓库，之后就没有再移动过。它能在周末之前送到吗？",
  japanese: "荷物は火曜日に倉庫を出てから動いていません。週末までに届きますか。",
  emoji: "Thank you so much! 🎉🎉 See you soon 👋🏽 ❤️",
};

describe("estimating tokens", () => {
  test.each(Object.entries(SAMPLES))(
    "is on the safe side of OpenAI's encodings for %s, and not more than 2.5 times",
    async (_, text) => {
      const counters = createTokenCounters();
      for (const encoding of ["o200k_base", "cl100k_base"] as const) {
        const exact = (await counters.of(encoding)).count(text);
        expect(estimateTokens(text)).toBeGreaterThanOrEqual(exact * 0.9);
        if (encoding === "o200k_base") expect(estimateTokens(text)).toBeLessThanOrEqual(exact * 2.5);
      }
    },
  );

  test("grows with the text, and counts nothing for nothing", () => {
    expect(estimateTokens("")).toBe(0);
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (one, other) => {
        expect(estimateTokens(one + other)).toBeGreaterThanOrEqual(estimateTokens(one));
      }),
    );
  });
});

describe("counting tokens", () => {
  // Published with the encodings: the ids are those of tiktoken's own documentation.
  test.each([
    ["o200k_base", "hello world", 2],
    ["cl100k_base", "hello world", 2],
    ["cl100k_base", "tiktoken is great!", 6],
    ["o200k_base", "tiktoken is great!", 6],
    ["cl100k_base", "antidisestablishmentarianism", 6],
    ["cl100k_base", "2 + 2 = 4", 7],
    ["cl100k_base", "お誕生日おめでとう", 9],
  ] as const)("%s: %s", async (encoding, text, count) => {
    expect((await createTokenCounters().of(encoding)).count(text)).toBe(count);
  });

  test("takes text that looks like a special token for text, and long text twice for the same", async () => {
    const counter = await createTokenCounters().of("o200k_base");
    expect(counter.count("<|endoftext|>")).toBeGreaterThan(1);
    const long = "The parcel left the warehouse. ".repeat(50);
    expect(counter.count(long)).toBe(counter.count(long));
  });

  test.each([
    ["gpt-5-mini", "o200k_base"],
    ["gpt-4o-2024-11-20", "o200k_base"],
    ["o3", "o200k_base"],
    ["openai/gpt-4.1", "o200k_base"],
    ["gpt-4-0613", "cl100k_base"],
    ["gpt-4", "cl100k_base"],
    ["gpt-3.5-turbo", "cl100k_base"],
    ["claude-sonnet-5", "estimate"],
    ["gemini-3-pro", "estimate"],
    ["llama-4", "estimate"],
  ] as const)("the encoding of %s is %s", (model, encoding) => {
    expect(tokenizerOf({ provider: "any", model })).toBe(encoding);
  });
});
