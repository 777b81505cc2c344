import fc from "fast-check";
import { expect, test } from "vitest";
import { doubtTokens } from "./doubt-tokens.ts";
import { judgeRequest, markIn } from "./judge-answer.ts";

test.each([
  ['{"mark": 7}', 7],
  ['Here it is: {"mark":9.5} as asked', 9.5],
  ['```json\n{ "mark" : 0 }\n```', 0],
  ['{"mark": 10}', 10],
  ['{"mark": 11}', null],
  ['{"mark": "7"}', null],
  ["7", null],
  ["", null],
])("reads the mark in %j", (reply, mark) => {
  expect(markIn(reply)).toBe(mark);
});

test("gives a mark from 0 to 10 or none, for any reply", () => {
  fc.assert(
    fc.property(fc.string(), fc.double(), (text, number) => {
      const mark = markIn(`${text}{"mark": ${number}}`);
      expect(mark === null || (mark >= 0 && mark <= 10)).toBe(true);
    }),
  );
});

test("shows a judge a bounded part of what it judges, and sets nothing but the length of its reply", () => {
  const { messages, maxTokens, temperature, tools } = judgeRequest(
    { criteria: "It is right." },
    { question: `begin ${"x".repeat(1_000_000)} end`, answer: "short" },
  );
  const text = JSON.stringify(messages);
  expect(text.length).toBeLessThan(14_000);
  for (const part of ["begin", "end", "short", "It is right."]) expect(text).toContain(part);
  expect({ maxTokens, temperature, tools }).toEqual({ maxTokens: 200, temperature: 0, tools: [] });
});

test("log-probabilities below a floor speak against an answer; none say nothing", () => {
  const tokens = [-0.1, -0.3, -2].map((logprob) => ({ token: "a", logprob, bytes: null, top: [] }));
  expect(doubtTokens(tokens, { mean: -0.7, least: null })).toContain("-0.80");
  expect(doubtTokens(tokens, { mean: -0.9, least: null })).toBeNull();
  expect(doubtTokens(tokens, { mean: null, least: -1.5 })).toContain("-2.00");
  expect(doubtTokens(tokens, { mean: null, least: -2 })).toBeNull();
  expect(doubtTokens(null, { mean: 0, least: 0 })).toBeNull();
  expect(doubtTokens([], { mean: 0, least: 0 })).toBeNull();
});
