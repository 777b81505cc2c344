import { expect, test } from "vitest";
import type { AnswerSummary } from "../../domain/answer/answer.ts";
import type { Dialect } from "../../ports/dialect.ts";
import { anthropicMessages } from "./anthropic-messages/index.ts";
import { openAiChat } from "./openai-chat/index.ts";
import { openAiResponses } from "./openai-responses/index.ts";

const ANSWER: AnswerSummary = {
  text: "Let me see.",
  refusal: null,
  toolCalls: [{ id: "t1", name: "weather", arguments: '{"town":"Ulm"}' }],
  finishReason: "tool_calls",
  logprobs: null,
  usage: null,
};
const PLAIN: AnswerSummary = { ...ANSWER, toolCalls: [], finishReason: "stop" };
const EMPTY: AnswerSummary = { ...PLAIN, text: "" };

/** The request with an answer to it and a complaint, parsed. */
function again(dialect: Dialect, body: string, answer: AnswerSummary): Record<string, unknown> {
  const bytes = dialect.checking?.askAgain(Buffer.from(body), { answer, complaint: "No." }) ?? Buffer.alloc(0);
  return JSON.parse(bytes.toString()) as Record<string, unknown>;
}

const CHAT = `{"model":"m", "seed": 12345678901234567890, "messages": [{"role":"user","content":"Hi"} ] }`;
const MESSAGES = `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}`;
const THINKING = `{"model":"m","max_tokens":9,"thinking":{"type":"adaptive"},"messages":[{"role":"user","content":"Hi"}]}`;
const RESPONSES = `{"model":"m","input":"Hi"}`;

test("the request stays as it is to the byte, but for what comes at the end of its conversation", () => {
  const bytes = openAiChat.checking?.askAgain(Buffer.from(CHAT), { answer: PLAIN, complaint: "No." }).toString();
  expect(bytes).toBe(
    CHAT.replace("} ] }", '} ,{"role":"assistant","content":"Let me see."},{"role":"user","content":"No."}] }'),
  );
});

test("in chat completions tools answer with the complaint", () => {
  expect(again(openAiChat, CHAT, ANSWER)["messages"]).toEqual([
    { role: "user", content: "Hi" },
    {
      role: "assistant",
      content: "Let me see.",
      tool_calls: [{ id: "t1", type: "function", function: { name: "weather", arguments: '{"town":"Ulm"}' } }],
    },
    { role: "tool", tool_call_id: "t1", content: "No." },
  ]);
});

test("in the Messages API tools answer with the complaint as an error", () => {
  expect(again(anthropicMessages, MESSAGES, ANSWER)["messages"]).toEqual([
    { role: "user", content: "Hi" },
    {
      role: "assistant",
      content: [
        { type: "text", text: "Let me see." },
        { type: "tool_use", id: "t1", name: "weather", input: { town: "Ulm" } },
      ],
    },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "t1", content: "No.", is_error: true }] },
  ]);
});

test.each([
  ["that calls tools after thinking", THINKING, ANSWER],
  ["with nothing in it", MESSAGES, EMPTY],
])("in the Messages API an answer %s is not repeated: the API would not take it", (_, body, answer) => {
  expect(again(anthropicMessages, body, answer)["messages"]).toEqual([
    { role: "user", content: "Hi" },
    { role: "user", content: "No." },
  ]);
});

test("in the Responses API an input that is one text becomes the first of the items", () => {
  expect(again(openAiResponses, RESPONSES, ANSWER)["input"]).toEqual([
    { role: "user", content: "Hi" },
    { role: "assistant", content: "Let me see." },
    { type: "function_call", call_id: "t1", name: "weather", arguments: '{"town":"Ulm"}' },
    { type: "function_call_output", call_id: "t1", output: "No." },
  ]);
});

test.each<[Dialect, string, AnswerSummary]>([
  [openAiChat, CHAT, ANSWER],
  [openAiChat, CHAT, EMPTY],
  [anthropicMessages, MESSAGES, ANSWER],
  [openAiResponses, RESPONSES, ANSWER],
  [openAiResponses, RESPONSES, EMPTY],
])("what is asked again is a request that can be translated ($name)", (dialect, body, answer) => {
  const asked = again(dialect, body.replace(/"seed": \d+,/, ""), answer);
  expect(dialect.toCanonical(asked as never, "other").messages.length).toBeGreaterThan(1);
});

test.each([
  [openAiChat, { response_format: { type: "json_object" } }, "json"],
  [openAiChat, { response_format: { type: "json_schema", json_schema: { schema: {} } } }, "json-schema"],
  [openAiChat, { response_format: "odd", tools: "odd" }, "text"],
  [openAiResponses, { text: { format: { type: "json_schema", schema: {} } } }, "json-schema"],
  [openAiResponses, { text: null, tools: [null, 1] }, "text"],
  [anthropicMessages, { output_config: { format: { type: "json_schema", schema: {} } } }, "json-schema"],
  [anthropicMessages, { output_config: [], tools: {} }, "text"],
] as const)("the form that is asked for is read leniently (%#)", (dialect, body, format) => {
  expect(dialect.checking?.terms(body as never)).toMatchObject({ format, tools: [] });
});
