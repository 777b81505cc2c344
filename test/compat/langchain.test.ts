import { HumanMessage, ToolMessage } from "@langchain/core/messages";
import type { AIMessageChunk } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { ChatOpenAI, OpenAIEmbeddings } from "@langchain/openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { startSupportServer } from "../fixtures/support-server.ts";

let server: RunningServer;

beforeAll(async () => {
  server = await startSupportServer();
});

afterAll(() => server.stop());

const chat = (useResponsesApi: boolean): ChatOpenAI =>
  new ChatOpenAI({
    model: "support",
    apiKey: ADMIN_KEY,
    maxRetries: 0,
    useResponsesApi,
    configuration: { baseURL: `${server.url}/v1` },
  });

const lookUpOrder = tool(() => "shipped", {
  name: "lookup_order",
  description: "Finds an order.",
  schema: z.object({ order_id: z.string() }),
});

describe.each([
  { name: "chat completions", responses: false },
  { name: "responses", responses: true },
])("LangChain's ChatOpenAI over $name", ({ responses }) => {
  test("gets a whole answer with its usage", async () => {
    const answer = await chat(responses).invoke("What is your return policy?");
    expect(answer.text.length).toBeGreaterThan(20);
    expect(answer.usage_metadata).toMatchObject({ output_tokens: expect.any(Number) as number });
  });

  test("gets a stream piece by piece", async () => {
    const pieces: string[] = [];
    for await (const { text } of await chat(responses).stream("What is your return policy?")) pieces.push(text);
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.join("").length).toBeGreaterThan(20);
  });

  test("calls a tool and goes on with its result", async () => {
    const model = chat(responses).bindTools([lookUpOrder]);
    const question = new HumanMessage("What is the status of order 4711?");
    const first = await model.invoke([question]);
    const [call] = first.tool_calls ?? [];
    expect(call?.name).toBe("lookup_order");
    const result = new ToolMessage({ tool_call_id: call?.id ?? "", content: "shipped" });
    const second = await model.invoke([question, first, result]);
    expect(second.text.length).toBeGreaterThan(0);
  });

  test("puts a tool call together that comes in a stream, and goes on with its result", async () => {
    const model = chat(responses).bindTools([lookUpOrder]);
    const question = new HumanMessage("What is the status of order 4711?");
    let first: AIMessageChunk | undefined;
    for await (const piece of await model.stream([question])) first = first?.concat(piece) ?? piece;
    const [call] = first?.tool_calls ?? [];
    expect(call).toMatchObject({ name: "lookup_order", args: { order_id: expect.any(String) as string } });
    const result = new ToolMessage({ tool_call_id: call?.id ?? "", content: "shipped" });
    let text = "";
    for await (const piece of await model.stream([question, first as AIMessageChunk, result])) text += piece.text;
    expect(text.length).toBeGreaterThan(0);
  });

  test("gets an object of its schema", async () => {
    const schema = z.object({ subject: z.string(), urgent: z.boolean() });
    const ticket = await chat(responses)
      .withStructuredOutput(schema, { method: "jsonSchema" })
      .invoke("Write a ticket.");
    expect(typeof ticket.urgent).toBe("boolean");
  });
});

test("LangChain's embeddings are told which provider does not make them", async () => {
  const embeddings = new OpenAIEmbeddings({
    model: "support",
    apiKey: ADMIN_KEY,
    maxRetries: 0,
    configuration: { baseURL: `${server.url}/v1` },
  });
  await expect(embeddings.embedQuery("shoes")).rejects.toThrow(/sim/);
});
