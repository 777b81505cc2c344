import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readExchange } from "./read-exchange.ts";

interface Texts {
  readonly asked?: object;
  readonly answer?: string;
  readonly wantsContent?: boolean;
}

const read = (dialect: string, { asked, answer = "", wantsContent = true }: Texts) =>
  readExchange({ dialect, asked: asked === undefined ? null : JSON.stringify(asked), answer, wantsContent });

const askedOf = (dialect: string, asked: object) => read(dialect, { asked }).asked;
const answeredOf = (dialect: string, answer: string) => read(dialect, { answer }).answered;

const streamOf = (...events: readonly object[]): string =>
  events.map((event) => `event: x\ndata: ${JSON.stringify(event)}\n\n`).join("");

const text = (content: string) => [{ type: "text", content }];

describe("a request", () => {
  test("tells its parameters in every dialect", () => {
    const chat = {
      temperature: 0,
      top_p: 0.5,
      max_completion_tokens: 7,
      seed: 1,
      n: 2,
      stop: "END",
      frequency_penalty: 1,
      presence_penalty: -1,
      service_tier: "flex",
      response_format: { type: "json_schema" },
    };
    expect(askedOf("openai-chat", chat)).toEqual({
      temperature: 0,
      topP: 0.5,
      maxTokens: 7,
      seed: 1,
      choiceCount: 2,
      stopSequences: ["END"],
      frequencyPenalty: 1,
      presencePenalty: -1,
      requestTier: "flex",
      outputType: "json",
    });
    expect(askedOf("anthropic-messages", { max_tokens: 9, top_k: 4, stop_sequences: ["a", "b"] })).toEqual({
      maxTokens: 9,
      topK: 4,
      stopSequences: ["a", "b"],
    });
    expect(askedOf("openai-responses", { max_output_tokens: 5, text: { format: { type: "text" } } })).toEqual({
      maxTokens: 5,
      outputType: "text",
    });
    expect(askedOf("openai-images", {})).toEqual({ outputType: "image" });
  });

  test("tells what was said in every dialect, masked, with tools by name", () => {
    const asked = askedOf("anthropic-messages", {
      system: [{ type: "text", text: "Be kind." }],
      messages: [
        { role: "user", content: "I am ada@example.com" },
        { role: "assistant", content: [{ type: "tool_use", name: "find", input: { who: "ada@example.com" } }] },
        {
          role: "user",
          content: [
            { type: "tool_result", content: [{ type: "text", text: "nobody" }] },
            { type: "image", source: { data: "AAAA" } },
          ],
        },
      ],
      tools: [{ name: "find", description: "Finds", input_schema: {} }],
    });
    expect(JSON.parse(String(asked.systemInstructions))).toEqual(text("Be kind."));
    expect(JSON.parse(String(asked.inputMessages))).toEqual([
      { role: "user", parts: text("I am [email]") },
      { role: "assistant", parts: [{ type: "tool_call", name: "find", arguments: '{"who":"[email]"}' }] },
      { role: "user", parts: [{ type: "tool_call_response", content: "nobody" }, { type: "image" }] },
    ]);
    expect(JSON.parse(String(asked.toolDefinitions))).toEqual([
      { type: "function", name: "find", description: "Finds" },
    ]);
  });

  test("of the Responses API has its input, calls of tools and their results", () => {
    const asked = askedOf("openai-responses", {
      instructions: "Be brief.",
      input: [
        { role: "user", content: [{ type: "input_text", text: "Hello" }] },
        { type: "function_call", name: "find", arguments: "{}" },
        { type: "function_call_output", output: "found" },
      ],
    });
    expect(JSON.parse(String(asked.inputMessages))).toEqual([
      { role: "user", parts: text("Hello") },
      { role: "assistant", parts: [{ type: "tool_call", name: "find", arguments: "{}" }] },
      { role: "tool", parts: text("found") },
    ]);
  });

  test("says nothing of its content where none is wanted", () => {
    expect(
      read("openai-chat", { asked: { messages: [{ role: "user", content: "Hello" }] }, wantsContent: false }).asked,
    ).toEqual({});
  });
});

describe("an answer", () => {
  const said = (content: string) => JSON.stringify([{ role: "assistant", parts: text(content) }]);

  test("tells its id, its model and what it says, whole or in a stream, in every dialect", () => {
    const common = { id: "a1", model: "m-1" };
    const expected = { responseId: "a1", responseModel: "m-1", outputMessages: said("Hello there") };
    const [hello, there] = [{ delta: { content: "Hello" } }, { delta: { content: " there" } }];
    const chat = streamOf({ ...common, choices: [hello] }, { choices: [there] });
    expect(answeredOf("openai-chat", chat)).toEqual(expected);
    const message = { ...common, content: [{ type: "text", text: "Hello there" }] };
    expect(answeredOf("anthropic-messages", JSON.stringify(message))).toEqual(expected);
    const anthropic = streamOf(
      { type: "message_start", message: common },
      { type: "content_block_delta", delta: { type: "text_delta", text: "Hello" } },
      { type: "content_block_delta", delta: { text: " there" } },
    );
    expect(answeredOf("anthropic-messages", anthropic)).toEqual(expected);
    const responses = streamOf(
      { type: "response.created", response: common },
      { type: "response.output_text.delta", delta: "Hello there" },
    );
    expect(answeredOf("openai-responses", responses)).toEqual(expected);
    const response = { ...common, output: [{ content: [{ type: "output_text", text: "Hello there" }] }] };
    expect(answeredOf("openai-responses", JSON.stringify(response))).toEqual(expected);
  });

  test("names the tier that served it last", () => {
    const events = streamOf({ service_tier: "auto", choices: [] }, { service_tier: "flex", choices: [] });
    expect(answeredOf("openai-chat", events)).toEqual({ responseTier: "flex" });
  });
});

test("whatever bytes there are, reading them does no harm", () => {
  const json = fc.json();
  const stream = fc.array(json).map((events) => events.map((event) => `data: ${event}\n\n`).join(""));
  fc.assert(
    fc.property(fc.oneof(json, fc.string()), fc.oneof(json, stream, fc.string()), (asked, answer) => {
      expect(() => readExchange({ dialect: "openai-chat", asked, answer, wantsContent: true })).not.toThrow();
    }),
  );
});

test("content that is too long is cut and stays JSON", () => {
  const messages = Array.from({ length: 500 }, () => ({ role: "user", content: "x".repeat(20_000) }));
  const asked = askedOf("openai-chat", { messages });
  const parsed = JSON.parse(String(asked.inputMessages)) as { parts: { content: string }[] }[];
  expect(parsed).toHaveLength(64);
  expect(parsed[0]?.parts[0]?.content).toHaveLength(8_192);
});
