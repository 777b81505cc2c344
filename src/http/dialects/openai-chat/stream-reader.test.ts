import { describe, expect, test } from "vitest";
import type { AnswerFacts } from "../../../ports/dialect.ts";
import { StreamReader } from "./stream-reader.ts";

const event = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({ model: "m", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

function factsAfter(...events: readonly string[]): AnswerFacts {
  const reader = new StreamReader({ stream: true, usageInStream: true });
  for (const one of events) reader.push(Buffer.from(one));
  return reader.facts;
}

const ROLE = event({ role: "assistant", content: "" });

describe("a stream of a model that thinks", () => {
  test.each([
    ["DeepSeek and vLLM", { reasoning_content: "Hm" }],
    ["OpenRouter and Groq", { content: "", reasoning: "Hm" }],
    ["Mistral", { content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }] }],
  ])("has begun with its thoughts, in the words of %s", (...[, delta]) => {
    expect(factsAfter(ROLE)).toMatchObject({ begun: false });
    expect(factsAfter(ROLE, event(delta))).toMatchObject({ begun: true, onlyThoughts: true, characters: 2 });
    const words = [event({ content: "Hello" }), event({ tool_calls: [{ index: 0, function: { name: "f" } }] })];
    for (const word of words) expect(factsAfter(ROLE, event(delta), word)).toMatchObject({ onlyThoughts: false });
  });
});

describe("what keeps a stream alive", () => {
  const COMMENT = ": PROCESSING\n\n";
  const PING = 'event: ping\ndata: {"type":"ping"}\n\n';
  const TEXT = event({ content: "Hello" });
  const CALL = event({ tool_calls: [{ index: 0, function: { name: "f", arguments: "{" } }] });

  test.each([
    ["a comment after words", [TEXT], COMMENT, 0],
    ["a ping after words", [TEXT], PING, 0],
    ["a comment after thoughts", [event({ reasoning_content: "Hm" })], COMMENT, 0],
    ["a comment in a tool call, whose values may come whole", [TEXT, CALL], COMMENT, 1],
    ["a comment after words that follow a call", [CALL, TEXT], COMMENT, 0],
    ["a word", [TEXT], TEXT, 1],
    ["usage alone", [TEXT], 'data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}\n\n', 1],
    ["an event without choices", [TEXT], 'data: {"choices":[]}\n\n', 0],
  ])("%s", (...[, before, next, more]) => {
    const pieces = factsAfter(...before).pieces ?? 0;
    expect(factsAfter(...before, next).pieces).toBe(pieces + more);
  });
});
