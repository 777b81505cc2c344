import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, Output, generateText, isStepCount, streamText, tool } from "ai";
import type { LanguageModel } from "ai";
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

const CLIENTS: readonly { readonly name: string; readonly model: (id: string) => LanguageModel }[] = [
  {
    name: "@ai-sdk/openai-compatible",
    model: (id) =>
      createOpenAICompatible({
        name: "rollward",
        baseURL: `${server.url}/v1`,
        apiKey: ADMIN_KEY,
        includeUsage: true,
        supportsStructuredOutputs: true,
      })(id),
  },
  {
    name: "@ai-sdk/openai, chat completions",
    model: (id) => createOpenAI({ baseURL: `${server.url}/v1`, apiKey: ADMIN_KEY }).chat(id),
  },
  {
    name: "@ai-sdk/openai, responses",
    model: (id) => createOpenAI({ baseURL: `${server.url}/v1`, apiKey: ADMIN_KEY }).responses(id),
  },
];

describe.each(CLIENTS)("the AI SDK with $name", ({ model }) => {
  test("gets a whole answer with its usage", async () => {
    const { text, usage, finishReason } = await generateText({
      model: model("support"),
      prompt: "What is your return policy?",
    });
    expect(text.length).toBeGreaterThan(20);
    expect(finishReason).toBe("stop");
    expect(usage.inputTokens).toBeGreaterThan(0);
    expect(usage.outputTokens).toBeGreaterThan(0);
  });

  test("gets a stream piece by piece", async () => {
    const stream = streamText({ model: model("support"), prompt: "What is your return policy?" });
    const pieces: string[] = [];
    for await (const piece of stream.textStream) pieces.push(piece);
    expect(pieces.length).toBeGreaterThan(3);
    expect(await stream.finishReason).toBe("stop");
    expect((await stream.usage).outputTokens).toBeGreaterThan(0);
  });

  test("runs a tool and goes on", async () => {
    const asked: string[] = [];
    const { steps } = await generateText({
      model: model("support"),
      prompt: "What is the status of order 4711?",
      stopWhen: isStepCount(2),
      tools: {
        lookup_order: tool({
          description: "Finds an order.",
          inputSchema: z.object({ order_id: z.string() }),
          execute({ order_id }) {
            asked.push(order_id);
            return { status: "shipped" };
          },
        }),
      },
    });
    expect(asked).toHaveLength(1);
    expect(steps).toHaveLength(2);
  });

  test("gets an object of its schema", async () => {
    const { output } = await generateText({
      model: model("support"),
      prompt: "Write a ticket.",
      output: Output.object({ schema: z.object({ subject: z.string(), urgent: z.boolean() }) }),
    });
    expect(typeof output.urgent).toBe("boolean");
  });

  test("is told what was wrong with its request", async () => {
    const asking = generateText({ model: model("nowhere"), prompt: "Hello", maxRetries: 0 });
    const refusal: unknown = await asking.catch((thrown: unknown) => thrown);
    if (!(refusal instanceof APICallError)) throw new Error("It was not refused.");
    expect(refusal.statusCode).toBe(404);
    expect(refusal.message).toContain("support");
  });

  test("leaves in the middle of a stream", async () => {
    const control = new AbortController();
    const stream = streamText({
      model: model("support"),
      prompt: "What is your return policy?",
      abortSignal: control.signal,
    });
    let pieces = 0;
    for await (const part of stream.fullStream) {
      if (part.type === "text-delta") pieces += 1;
      if (pieces === 2) control.abort();
    }
    expect(pieces).toBeLessThan(30);
  });
});
