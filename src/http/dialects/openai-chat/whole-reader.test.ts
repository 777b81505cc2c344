import { describe, expect, it } from "vitest";
import type { AnswerFacts } from "../../../ports/dialect.ts";
import { WholeReader } from "./whole-reader.ts";

const choice = { index: 0, message: { role: "assistant", content: "Hi.", refusal: null }, finish_reason: "stop" };

function read(text: string): { readonly passed: string; readonly facts: AnswerFacts } {
  const reader = new WholeReader();
  const bytes = Buffer.from(text);
  const pieces = [reader.push(bytes.subarray(0, 5)), reader.push(bytes.subarray(5)), reader.end()];
  return { passed: Buffer.concat(pieces).toString(), facts: reader.facts };
}

describe("reading a whole answer", () => {
  it("hands on the bytes as they came, spaces and all", () => {
    const text = ` {"model":"m-1", "choices":[${JSON.stringify(choice)}],\n"usage":{"prompt_tokens":3,"completion_tokens":2} } `;
    const { passed, facts } = read(text);
    expect(passed).toBe(text);
    const usage = { input: 3, cachedInput: 0, cacheWrite: 0, output: 2, reasoning: 0 };
    expect(facts).toMatchObject({ begun: true, finishReason: "stop", usage, model: "m-1", fault: null, characters: 3 });
  });

  it("hands on nothing before the end", () => {
    const reader = new WholeReader();
    expect(reader.push(Buffer.from(JSON.stringify({ choices: [choice] })))).toHaveLength(0);
  });

  it("has begun with a tool call, and its arguments count", () => {
    const call = { id: "c", type: "function", function: { name: "f", arguments: '{"a":1}' } };
    const message = { role: "assistant", content: null, tool_calls: [call] };
    const { facts } = read(JSON.stringify({ choices: [{ index: 0, message, finish_reason: "tool_calls" }] }));
    expect(facts).toMatchObject({ begun: true, characters: 7, finishReason: "tool_calls" });
  });

  it("is incomplete while one of several choices has no finish reason", () => {
    const { facts } = read(JSON.stringify({ choices: [choice, { ...choice, index: 1, finish_reason: null }] }));
    expect(facts.finishReason).toBeNull();
  });

  it.each([
    ["<!DOCTYPE html><html></html>", "provider_bad_answer", "it is a web page"],
    ["\n  <html></html>", "provider_bad_answer", "it is a web page"],
    ["upstream error", "provider_bad_answer", "it is not JSON"],
    ['{"choices":[{"index":0,', "provider_bad_answer", "it is not JSON"],
    ["", "provider_bad_answer", "it is not JSON"],
    ["[]", "provider_bad_answer", "it is not a JSON object"],
    ["null", "provider_bad_answer", "it is not a JSON object"],
    ['{"choices":[]}', "provider_bad_answer", "it has no choices"],
    ['{"object":"list","data":[]}', "provider_bad_answer", "it has no choices"],
    [
      '{"error":{"message":"Try later.","type":"server_error"}}',
      "provider_error",
      "an error inside its answer: server_error, Try later",
    ],
    ['{"error":"busy\\u0007\\nnow"}', "provider_error", "an error inside its answer: busy now"],
  ])("says of %j what is wrong and hands on nothing", (text, code, reason) => {
    const { passed, facts } = read(text);
    expect(facts.fault).toEqual({ code, reason });
    expect(passed).toBe("");
  });
});
