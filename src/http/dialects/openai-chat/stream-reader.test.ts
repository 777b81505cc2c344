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
