import { createOpenAI } from "@ai-sdk/openai";
import { generateText, isStepCount, streamText, tool } from "ai";
import type { LanguageModel, ModelMessage } from "ai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { startOpenAiPlatform } from "../fixtures/openai-platform.ts";
import type { OpenAiPlatform } from "../fixtures/openai-platform.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Body = Readonly<Record<string, unknown>>;

let platform: OpenAiPlatform;
let server: RunningServer;
/** The AI SDK's default at OpenAI: the Responses API, with earlier items named by their ids. */
let model: (endpoint: string) => LanguageModel;

beforeAll(async () => {
  platform = await startOpenAiPlatform();
  const vendor = (name: string, speaks: string): string => `  ${name}:
    kind: openai-compatible
    base_url: ${platform.baseUrl}
    allow_private: true
    breaker: false
    speaks: [${speaks}]
    models: { big-1: { price: { input: 1, output: 2 } } }
`;
  server = await startServer({
    "rollward.yaml": `providers:
${vendor("modern", "responses")}${vendor("older", "chat")}
endpoints:
  native:
    models: [modern/big-1]
  translated:
    models: [older/big-1]
`,
  });
  model = createOpenAI({ baseURL: `${server.url}/v1`, apiKey: ADMIN_KEY });
});

afterAll(async () => {
  await server.stop();
  await platform.close();
});

const sent = (): Body => JSON.parse(platform.last().body.toString()) as Body;

/** What the provider answers next. */
const answers = (document: Body): void =>
  platform.next((_, response) =>
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document)),
  );

const textItem = (id: string, text: string): Body => ({
  id,
  type: "message",
  status: "completed",
  role: "assistant",
  content: [{ type: "output_text", text, annotations: [] }],
});

const callItem: Body = {
  id: "fc_1",
  type: "function_call",
  status: "completed",
  call_id: "call_1",
  name: "lookup",
  arguments: "{}",
};

const responseOf = (id: string, ...output: readonly Body[]): Body => ({
  id,
  object: "response",
  created_at: 1,
  status: "completed",
  model: "big-1",
  output,
  usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
});

const completionOf = (message: Body, finishReason = "stop"): Body => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "big-1",
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: finishReason }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
});

const CALL = { id: "call_1", type: "function", function: { name: "lookup", arguments: "{}" } };

const tools = {
  lookup: tool({ description: "Looks.", inputSchema: z.object({}), execute: () => ({ status: "shipped" }) }),
};

const asked = (content: string): ModelMessage => ({ role: "user", content });

/** Two turns, as a chat makes them. */
async function twoTurns(endpoint: string): Promise<string> {
  const first = await generateText({ model: model(endpoint), messages: [asked("Hi")], maxRetries: 0 });
  const messages = [asked("Hi"), ...first.response.messages, asked("And?")];
  return (await generateText({ model: model(endpoint), messages, maxRetries: 0 })).text;
}

const oneStep = (endpoint: string): ReturnType<typeof generateText<typeof tools>> =>
  generateText({ model: model(endpoint), prompt: "Where?", tools, stopWhen: isStepCount(2), maxRetries: 0 });

describe("the AI SDK's default OpenAI model", () => {
  test("goes on with its own answer at a provider that takes responses", async () => {
    answers(responseOf("resp_a", textItem("msg_a", "Hello.")));
    answers(responseOf("resp_b", textItem("msg_b", "More.")));
    expect(await twoTurns("native")).toBe("More.");
    const { id: _, ...message } = textItem("msg_a", "Hello.");
    expect((sent()["input"] as readonly Body[])[1]).toEqual(message);
  });

  test("goes on with its own answer at a provider that takes chat completions", async () => {
    answers(completionOf({ content: "Hello." }));
    answers(completionOf({ content: "More." }));
    expect(await twoTurns("translated")).toBe("More.");
    expect((sent()["messages"] as readonly Body[])[1]).toMatchObject({ role: "assistant", content: "Hello." });
  });

  test("goes on after a tool with what was thought and said before the call", async () => {
    const sealed = { id: "rs_c", type: "reasoning", summary: [], encrypted_content: "gAAAA" };
    answers(responseOf("resp_c", sealed, textItem("msg_c", "I look."), callItem));
    answers(responseOf("resp_d", textItem("msg_d", "It is shipped.")));
    expect((await oneStep("native")).text).toBe("It is shipped.");
    const input = sent()["input"] as readonly Body[];
    expect(input.map(({ type, role }) => type ?? role)).toEqual([
      "user",
      "reasoning",
      "message",
      "function_call",
      "function_call_output",
    ]);
    expect(input[1]).toEqual(sealed);
  });

  test("goes on after a tool with what was said before the call, translated", async () => {
    answers(completionOf({ content: "I look.", tool_calls: [CALL] }, "tool_calls"));
    answers(completionOf({ content: "It is shipped." }));
    expect((await oneStep("translated")).text).toBe("It is shipped.");
    expect((sent()["messages"] as readonly Body[])[1]).toMatchObject({ content: "I look.", tool_calls: [CALL] });
  });

  test("goes on with an answer that was streamed", async () => {
    const done = {
      type: "response.completed",
      sequence_number: 0,
      response: responseOf("resp_e", textItem("msg_e", "Yes.")),
    };
    const item = { output_index: 0, item: textItem("msg_e", "Yes.") };
    const events = [
      { type: "response.created", sequence_number: 0, response: { ...responseOf("resp_e"), status: "in_progress" } },
      { type: "response.output_item.added", sequence_number: 1, ...item },
      {
        type: "response.output_text.delta",
        sequence_number: 2,
        item_id: "msg_e",
        output_index: 0,
        content_index: 0,
        delta: "Yes.",
      },
      { type: "response.output_item.done", sequence_number: 3, ...item },
      { ...done, sequence_number: 4 },
    ];
    platform.next((_, response) =>
      response
        .writeHead(200, { "content-type": "text/event-stream" })
        .end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join("")),
    );
    const first = streamText({ model: model("native"), messages: [asked("Hi")], maxRetries: 0 });
    const { messages } = await first.response;
    answers(responseOf("resp_f", textItem("msg_f", "More.")));
    const second = await generateText({ model: model("native"), messages: [asked("Hi"), ...messages, asked("And?")] });
    expect(second.text).toBe("More.");
    expect(JSON.stringify(sent()["input"])).not.toContain("msg_e");
  });
});
