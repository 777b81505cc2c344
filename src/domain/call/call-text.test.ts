import * as fc from "fast-check";
import { expect, test } from "vitest";
import { MOST_CHARACTERS, textOfCall } from "./call-text.ts";

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const events = (...all: readonly unknown[]): Buffer =>
  Buffer.from(`${all.map((event) => `event: x\ndata: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`);

test("the newest message comes first, and what the system or the model said is left out", () => {
  const request = bytes({
    messages: [
      { role: "system", content: "You are short." },
      {
        role: "user",
        content: [
          { type: "text", text: "First" },
          { type: "image_url", image_url: { url: "data:…" } },
        ],
      },
      { role: "assistant", content: "Answer" },
      { role: "user", content: "Second" },
    ],
    metadata: { team: "blue", rank: 3, odd: { no: 1 } },
  });
  const { asked, newest, tags } = textOfCall({ request, answer: null });
  expect([asked, newest]).toEqual(["Second\nFirst", "Second"]);
  expect(tags).toEqual([
    ["team", "blue"],
    ["rank", "3"],
  ]);
});

test.each([
  ["a chat", bytes({ choices: [{ message: { content: "Hi", tool_calls: [{ function: { name: "f" } }] } }] })],
  [
    "messages",
    bytes({
      content: [
        { type: "text", text: "Hi" },
        { type: "tool_use", name: "f" },
        { type: "thinking", thinking: "…" },
      ],
    }),
  ],
  [
    "a response",
    bytes({
      output: [
        { type: "message", content: [{ type: "output_text", text: "Hi" }] },
        { type: "function_call", name: "f" },
      ],
    }),
  ],
  [
    "a stream of a chat",
    events(
      { choices: [{ delta: { content: "H" } }] },
      { choices: [{ delta: { content: "i", tool_calls: [{ function: { name: "f" } }] } }] },
    ),
  ],
  [
    "a stream of messages",
    events(
      { type: "content_block_delta", delta: { text: "Hi" } },
      { type: "content_block_start", content_block: { type: "tool_use", name: "f" } },
    ),
  ],
  [
    "a stream of a response",
    events({ type: "response.output_text.delta", delta: "Hi" }, { item: { type: "function_call", name: "f" } }),
  ],
])("the answer of %s is read with the tools that it calls", (_, answer) => {
  expect(textOfCall({ request: null, answer })).toMatchObject({ answered: "Hi", tools: ["f"] });
});

test("what is no conversation is the newest message as a whole", () => {
  const newestOf = (body: unknown): string => textOfCall({ request: bytes(body), answer: null }).newest;
  expect(newestOf({ input: "One" })).toBe("One");
  expect(newestOf({ prompt: "One" })).toBe("One");
  expect(newestOf({ input: ["One", "Two"] })).toBe("Two\nOne");
});

test.each([
  ["a document", bytes({ choices: [{ message: { content: "Half" } }], error: { message: "Cut off." } })],
  ["a stream", events({ choices: [{ delta: { content: "Half" } }] }, { error: { message: "Cut off." } })],
])("an error in %s is apart from what the model said", (_, answer) => {
  expect(textOfCall({ request: null, answer })).toMatchObject({ answered: "Half", fault: "Cut off." });
});

test("whatever the bytes are, there is a bounded text and never an error", () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.jsonValue().map((value) => bytes(value)),
    fc
      .jsonValue()
      .map((value) => bytes({ messages: [value], choices: [value], content: value, output: [value], input: value })),
    fc.array(fc.jsonValue(), { maxLength: 5 }).map((values) => events(...values)),
  );
  fc.assert(
    fc.property(body, body, (request, answer) => {
      const { asked, newest, answered, fault, tools } = textOfCall({ request, answer });
      expect(asked.startsWith(newest)).toBe(true);
      expect(fault.length).toBeLessThanOrEqual(MOST_CHARACTERS);
      expect(asked.length).toBeLessThanOrEqual(MOST_CHARACTERS);
      expect(answered.length).toBeLessThanOrEqual(MOST_CHARACTERS);
      expect(tools.length).toBeLessThanOrEqual(16);
    }),
  );
});

test("what nests without end is cut off, and what stands beside it is still found", () => {
  const deep = `${"[".repeat(15_000)}"deep"${"]".repeat(15_000)}`;
  const request = Buffer.from(`{"messages":[{"role":"user","content":"plain"},{"role":"user","content":${deep}}]}`);
  const answer = Buffer.from(`{"choices":[{"message":{"content":${deep}}},{"message":{"content":"said"}}]}`);
  expect(textOfCall({ request, answer })).toMatchObject({ asked: "plain", answered: "said" });
});
