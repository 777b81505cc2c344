import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { composeAnswer, piecesOf } from "./answer.ts";
import { readAsk } from "./ask.ts";
import type { Ask } from "./ask.ts";
import { Randomness } from "./randomness.ts";
import { STEADY } from "../../../../test/fixtures/simulated-models.ts";
import type { SimulatedModelSettings } from "../../../domain/call/simulated-model-settings.ts";

const settings: SimulatedModelSettings = { ...STEADY, answerTokens: { median: 60, sigma: 0.3 }, quality: 0.8 };

const ask = (content: string, more: object = {}): Ask => {
  const read = readAsk(Buffer.from(JSON.stringify({ model: "m", messages: [{ role: "user", content }], ...more })));
  if (typeof read === "string") throw new Error(read);
  return read;
};
const answerTo = (one: Ask, n = 1) => composeAnswer(one, settings, new Randomness(7, n));
const tool = (name: string, properties: object = {}) => ({
  type: "function",
  function: { name, parameters: { type: "object", properties } },
});
const tools = [tool("search"), tool("get_order_status", { order_id: { type: "string" } })];

test("pieces join to the text, are short, and never halve a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", " ", "é", "🦆", "\u0000"), maxLength: 60 }), (text) => {
      const pieces = piecesOf(text);
      expect(pieces.join("")).toBe(text);
      expect(pieces.every((piece) => piece.length <= 13 && piece.length > 0)).toBe(true);
      expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
    }),
  );
});

test("the share of answers that contain the right fact is the quality", () => {
  const question = ask("Can I return my shoes?");
  const good = Array.from({ length: 2_000 }, (_, n) => answerTo(question, n)).filter(({ pieces }) =>
    pieces.join("").includes("30 days"),
  );
  // Five standard deviations of a binomial share, and fixed seeds.
  expect(Math.abs(good.length / 2_000 - 0.8)).toBeLessThan(0.045);
});

test("answers are about as long as the settings say, and count their tokens", () => {
  const lengths = Array.from(
    { length: 500 },
    (_, n) => answerTo(ask("Where is my invoice?"), n).completionTokens,
  ).toSorted((a, b) => a - b);
  expect(lengths[250]).toBeGreaterThan(45);
  expect(lengths[250]).toBeLessThan(75);
  expect(answerTo(ask("x".repeat(400))).promptTokens).toBe(100);
});

describe("tools", () => {
  test("are called when an order's status is asked for, with the order's number", () => {
    const answer = answerTo(ask("What is the status of my order A-5521?", { tools }));
    expect(answer).toMatchObject({ kind: "tool", tool: "get_order_status", finishReason: "tool_calls" });
    expect(JSON.parse(answer.pieces.join(""))).toEqual({ order_id: "A-5521" });
  });

  test("are left alone for other questions, when they are refused, and when their result is there", () => {
    expect(answerTo(ask("Can I return shoes?", { tools })).kind).toBe("text");
    expect(answerTo(ask("What is the status of my order?", { tools, tool_choice: "none" })).kind).toBe("text");
    const messages = [
      { role: "user", content: "What is the status of my order?" },
      { role: "assistant", content: null, tool_calls: [] },
      { role: "tool", tool_call_id: "c", content: "on its way" },
    ];
    const last = answerTo(ask("", { tools, messages }));
    expect(last.kind).toBe("text");
    expect(last.pieces.join("")).toContain("on its way");
  });

  test("are called when the request requires it, the one that is named", () => {
    expect(answerTo(ask("Hello", { tools, tool_choice: "required" })).tool).toBe("get_order_status");
    const choice = { type: "function", function: { name: "search" } };
    expect(answerTo(ask("Hello", { tools, tool_choice: choice })).tool).toBe("search");
  });
});

test("a limit on tokens cuts the answer and says so", () => {
  const answer = answerTo(ask("Can I return shoes?", { max_tokens: 5 }));
  expect(answer).toMatchObject({ finishReason: "length", completionTokens: 5 });
  expect(answer.pieces.join("")).toHaveLength(20);
});

test("a response format gives a JSON object", () => {
  const schema = {
    type: "object",
    properties: { mood: { enum: ["good", "bad"] }, score: { type: "integer", minimum: 1, maximum: 5 } },
  };
  const format = { type: "json_schema", json_schema: { name: "x", schema } };
  const strict = JSON.parse(answerTo(ask("Rate me", { response_format: format })).pieces.join(""));
  expect(["good", "bad"]).toContain(strict.mood);
  expect(Number.isInteger(strict.score)).toBe(true);
  expect(JSON.parse(answerTo(ask("Rate me", { response_format: { type: "json_object" } })).pieces.join(""))).toBeTypeOf(
    "object",
  );
});

test("any body is read or refused with a reason", () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      const read = readAsk(Buffer.from(text));
      expect(typeof read === "string" || read.model.length >= 0).toBe(true);
    }),
  );
});
