import { expect, test } from "vitest";
import type { AnswerSummary } from "../../domain/answer/answer.ts";
import type { Dialect } from "../../ports/dialect.ts";
import { anthropicMessages } from "./anthropic-messages/index.ts";
import { openAiChat } from "./openai-chat/index.ts";
import { openAiResponses } from "./openai-responses/index.ts";

const ANSWER: AnswerSummary = {
  text: "",
  refusal: null,
  toolCalls: [
    { id: "t1", name: "weather", arguments: '{"town":"Ulm"}' },
    { id: "t2", name: "time", arguments: "{}" },
  ],
  finishReason: "tool_calls",
  logprobs: null,
  usage: null,
};

const RESULTS = [
  { content: "rain", isError: false },
  { content: "noon", isError: false },
];

const CHAT = `{"model":"m", "messages": [{"role":"user","content":"Hi"} ] }`;
const MESSAGES = `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}`;
const RESPONSES = `{"model":"m","input":"Hi"}`;

const goOn = (dialect: Dialect, body: string): Buffer | null | undefined =>
  dialect.toolTalk?.goOn(Buffer.from(body), { answer: ANSWER, results: RESULTS });

test.each([
  [openAiChat, CHAT],
  [anthropicMessages, MESSAGES],
  [openAiResponses, RESPONSES],
])("what a request goes on with can be read from it again ($name)", (dialect, body) => {
  const bytes = goOn(dialect, body);
  const parsed = JSON.parse(bytes?.toString() ?? "null") as never;
  expect(dialect.toolTalk?.results(parsed)).toEqual([
    { name: "weather", arguments: '{"town":"Ulm"}', content: "rain", isError: false },
    { name: "time", arguments: "{}", content: "noon", isError: false },
  ]);
  expect(dialect.outline?.(parsed).messages.at(-1)?.answers).toContain("t2");
  expect(dialect.toCanonical(parsed, "other").messages.length).toBeGreaterThan(2);
});

test("every byte of the request stays as it is but for what comes at the end of its conversation", () => {
  expect(goOn(openAiChat, CHAT)?.toString().startsWith(CHAT.slice(0, -4))).toBe(true);
});

test("in the Messages API a result that is an error stays one", () => {
  const results = [
    { content: [{ type: "text", text: "no such town" }], isError: true },
    RESULTS[1] ?? { content: "", isError: false },
  ];
  const bytes = anthropicMessages.toolTalk?.goOn(Buffer.from(MESSAGES), { answer: ANSWER, results });
  const brought = anthropicMessages.toolTalk?.results(JSON.parse(bytes?.toString() ?? "null") as never);
  expect(brought?.map(({ isError }) => isError)).toEqual([true, false]);
});

test("in the Messages API a conversation that thinks cannot go on: its thinking is not kept", () => {
  const thinking = MESSAGES.replace('"max_tokens":9', '"max_tokens":9,"thinking":{"type":"adaptive"}');
  expect(goOn(anthropicMessages, thinking)).toBeNull();
});

test.each([
  [openAiChat, { messages: [{ role: "tool", tool_call_id: "x", content: "1" }, null, 3, { tool_calls: "odd" }] }],
  [
    openAiResponses,
    { input: [{ type: "function_call_output", call_id: "x", output: "1" }, { type: "function_call" }] },
  ],
  [openAiResponses, { input: "one text" }],
  [anthropicMessages, { messages: [{ content: [{ type: "tool_result", tool_use_id: "x" }] }, { content: "a" }] }],
])("results without their call, and what is none, are left out ($name)", (dialect, body) => {
  expect(dialect.toolTalk?.results(body as never)).toEqual([]);
});
