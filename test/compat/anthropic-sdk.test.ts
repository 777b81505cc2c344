import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import type { AnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import { SOME_USAGE, textMessage } from "../fixtures/anthropic-wire.ts";
import type { AnthropicMessage } from "../fixtures/anthropic-wire.ts";
import { ADMIN_KEY, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { watchSimulated, watchUpstream } from "../fixtures/watch-leaving.ts";

/** Slow enough that a client can leave in the middle. */
const SIMULATED_MODEL = `
      m-2026-01-01:
        price: { input: 1, output: 2 }
        first_token: { median: 1ms, sigma: 0 }
        between_tokens: { median: 5ms, sigma: 0 }
        answer_tokens: { median: 60, sigma: 0 }
        quality: 1`;

const TOOL: Anthropic.Tool = {
  name: "lookup_order",
  description: "Finds an order.",
  input_schema: { type: "object", properties: { order_id: { type: "string" } }, required: ["order_id"] },
};

const PROMPT = `---
variables:
  name: { required: true }
---

[system]
You help {{name}}.
`;

let upstream: AnthropicUpstream;
let server: RunningServer;
let client: Anthropic;

beforeAll(async () => {
  upstream = await startAnthropicUpstream();
  server = await startServer(
    {
      "prompts/help.md": PROMPT,
      "rollward.yaml": `${simulatedText(SIMULATED_MODEL)}
  claude:
    kind: anthropic
    base_url: ${upstream.baseUrl}
    key_env: TEST_ANTHROPIC_KEY
    breaker: false
    models:
      claude-test-2026-01-01:
        price: { input: 3, output: 15 }
endpoints:
  simulated:
    models: [sim/m-2026-01-01]
    retries: { attempts: 1 }
  anthropic:
    models: [claude/claude-test-2026-01-01]
    retries: { attempts: 1 }
  prompted:
    models: [claude/claude-test-2026-01-01]
    prompt: prompts/help.md
    parameters: { temperature: 0.2, stop: END, max_tokens: 77 }
`,
    },
    { environment: { TEST_ANTHROPIC_KEY: "sk-ant-test" } },
  );
  client = clientWith(ADMIN_KEY);
});

afterAll(async () => {
  await server.stop();
  await upstream.close();
});

const clientWith = (apiKey: string): Anthropic =>
  new Anthropic({ baseURL: server.url, apiKey, authToken: null, maxRetries: 0 });

const ask = (model: string, content: string) => ({
  model,
  max_tokens: 300,
  messages: [{ role: "user" as const, content }],
});

const TOOLS: AnthropicMessage = {
  blocks: [
    { type: "text", text: "Let me look." },
    { type: "tool_use", id: "toolu_1", name: "lookup_order", input: { order_id: "4711" } },
  ],
  stopReason: "tool_use",
  usage: SOME_USAGE,
};

/** How each upstream is made to answer in a certain way. */
const UPSTREAMS = [
  {
    model: "simulated",
    text: () => "How do I reset my password?",
    tool: () => "Where is my order 4711?",
    long: () => "Tell me everything about refunds and shipping.",
    watch: () => watchSimulated(server),
  },
  {
    model: "anthropic",
    text: () => plays(textMessage("You can reset it in the settings.")),
    tool: () => plays(TOOLS),
    long: () => {
      upstream.script({ type: "endless", delta: "and so on, " });
      return "Go on.";
    },
    watch: () => watchUpstream(upstream),
  },
] as const;

function plays(message: AnthropicMessage): string {
  upstream.script({ type: "message", message });
  return "Well?";
}

describe.each(UPSTREAMS)("the Anthropic SDK and the provider of $model", ({ model, text, tool, long, watch }) => {
  test("gets a whole message with usage and what served it", async () => {
    const { data, response } = await client.messages.create(ask(model, text())).withResponse();
    const [block] = data.content;
    expect(block?.type === "text" ? block.text.length : 0).toBeGreaterThan(10);
    expect(data).toMatchObject({ type: "message", role: "assistant", stop_reason: "end_turn", stop_sequence: null });
    expect(data.usage.input_tokens + data.usage.output_tokens).toBeGreaterThan(1);
    expect(response.headers.get("x-rollward-release")).toBe(`${model}@1`);
    expect(response.headers.get("x-rollward-tier")).toBe("primary");
    expect(response.headers.get("request-id")).toMatch(/^call_[0-9a-z]{26}$/);
  });

  test("streams", async () => {
    const stream = client.messages.stream(ask(model, text()));
    const seen: string[] = [];
    let said = "";
    stream.on("streamEvent", ({ type }) => void seen.push(type));
    stream.on("text", (piece) => void (said += piece));
    const final = await stream.finalMessage();
    expect([seen[0], seen.at(-2), seen.at(-1)]).toEqual(["message_start", "message_delta", "message_stop"]);
    expect(said.length).toBeGreaterThan(10);
    expect(final.content).toMatchObject([{ type: "text", text: said }]);
    expect(final.stop_reason).toBe("end_turn");
    expect(final.usage.output_tokens).toBeGreaterThan(0);
    expect(final.usage.input_tokens).toBeGreaterThan(0);
  });

  test("calls tools, whole and streamed", async () => {
    const whole = await client.messages.create({ ...ask(model, tool()), tools: [TOOL] });
    expect(whole.stop_reason).toBe("tool_use");
    expect(whole.content.at(-1)).toMatchObject({ type: "tool_use", name: "lookup_order", input: { order_id: "4711" } });
    const final = await client.messages.stream({ ...ask(model, tool()), tools: [TOOL] }).finalMessage();
    expect(final.content.at(-1)).toMatchObject({ type: "tool_use", name: "lookup_order", input: { order_id: "4711" } });
  });

  test("takes the result of a tool", async () => {
    const question = text();
    const answer = await client.messages.create({
      model,
      max_tokens: 300,
      system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
      tools: [TOOL],
      tool_choice: { type: "auto", disable_parallel_tool_use: true },
      messages: [
        { role: "user", content: question },
        {
          role: "assistant",
          content: [{ type: "tool_use", id: "toolu_1", name: "lookup_order", input: { order_id: "4711" } }],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "shipped" }] },
            { type: "text", text: question },
          ],
        },
      ],
    });
    expect(answer.content[0]?.type).toBe("text");
  });

  test("aborts a stream, and the provider is stopped", async () => {
    const stopped = watch();
    const stream = client.messages.stream(ask(model, long()));
    let pieces = 0;
    stream.on("text", () => {
      pieces += 1;
      if (pieces === 3) stream.abort();
    });
    await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError);
    await stopped();
    await expect.poll(() => server.server.house.gateway.load.inFlight).toBe(0);
  });

  test("is told what is wrong as the SDK's own errors", async () => {
    await expect(client.messages.create({ ...ask(model, "hi"), messages: [] })).rejects.toBeInstanceOf(
      Anthropic.BadRequestError,
    );
    const error: unknown = await client.messages.create(ask("nobody", "hi")).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Anthropic.NotFoundError);
    expect(error).toMatchObject({ type: "not_found_error", errorCode: "endpoint_not_found" });
    expect((error as { requestID: unknown }).requestID).toMatch(/^call_/);
  });
});

describe("the Anthropic SDK", () => {
  test("is told of a bad key, of an unknown version and of an unknown feature in Anthropic's form", async () => {
    const stranger = await clientWith("nobody")
      .messages.create(ask("anthropic", "hi"))
      .catch((reason: unknown) => reason);
    expect(stranger).toBeInstanceOf(Anthropic.AuthenticationError);
    expect(stranger).toMatchObject({ type: "authentication_error", errorCode: "key_unknown" });
    for (const headers of [{ "anthropic-version": "2019-01-01" }, { "anthropic-beta": "files-api-2025-04-14" }]) {
      await expect(client.messages.create(ask("anthropic", "hi"), { headers })).rejects.toMatchObject({
        status: 400,
        type: "invalid_request_error",
      });
    }
  });

  test("shows thinking with its signature, and sends it back as it was", async () => {
    const blocks = [
      { type: "thinking", thinking: "They greet me." },
      { type: "text", text: "Hi." },
    ] as const;
    plays({ blocks, stopReason: "end_turn", usage: SOME_USAGE });
    const thinking = { type: "enabled", budget_tokens: 2_000 } as const;
    const first = await client.messages
      .stream({ ...ask("anthropic", "Hello"), max_tokens: 4_000, thinking })
      .finalMessage();
    expect(first.content).toMatchObject([
      { type: "thinking", thinking: "They greet me.", signature: "c2ln" },
      { type: "text", text: "Hi." },
    ]);
    const request = upstream.nextRequest();
    await client.messages.create({
      model: "anthropic",
      max_tokens: 4_000,
      thinking,
      messages: [
        { role: "user", content: "Hello" },
        { role: "assistant", content: first.content },
        { role: "user", content: "And now?" },
      ],
    });
    const sent = (await request).body["messages"] as readonly { readonly content: unknown }[];
    expect(sent[1]?.content).toEqual(first.content);
  });

  test("passes features on and keeps the client's key to itself", async () => {
    const request = upstream.nextRequest();
    await client.messages.create(ask("anthropic", "hi"), {
      headers: { "anthropic-beta": "context-1m-2025-08-07, interleaved-thinking-2025-05-14" },
    });
    const { headers, body } = await request;
    expect(headers["anthropic-beta"]).toBe("context-1m-2025-08-07,interleaved-thinking-2025-05-14");
    expect(headers["x-api-key"]).toBe("sk-ant-test");
    expect(JSON.stringify({ headers, body })).not.toContain(ADMIN_KEY);
  });

  test("gets a release's prompt and parameters in its own words", async () => {
    const request = upstream.nextRequest();
    await client.messages.create({
      ...ask("prompted", "hi"),
      system: "Be kind.",
      metadata: { user_id: "user-7" },
      ...({ variables: { name: "Ada" } } as object),
    });
    const { body } = await request;
    expect(body).toEqual({
      model: "claude-test-2026-01-01",
      max_tokens: 77,
      temperature: 0.2,
      stop_sequences: ["END"],
      system: [
        { type: "text", text: "You help Ada." },
        { type: "text", text: "Be kind." },
      ],
      messages: [{ role: "user", content: "hi" }],
      metadata: { user_id: "user-7" },
    });
  });

  test("counts tokens where the provider does, and gets an estimate that says so where none does", async () => {
    const { max_tokens: _, ...question } = ask("prompted", "How many?");
    const request = upstream.nextRequest();
    const counted = await client.messages.countTokens({ ...question, ...({ variables: { name: "Ada" } } as object) });
    expect(counted.input_tokens).toBeGreaterThan(5);
    const { path, body } = await request;
    expect(path).toBe("/v1/messages/count_tokens");
    expect(Object.keys(body).toSorted()).toEqual(["messages", "model", "system"]);
    const estimate = await client.messages.countTokens({ ...question, model: "simulated" }).withResponse();
    expect(estimate.data.input_tokens).toBeGreaterThan(5);
    expect(estimate.response.headers.get("x-rollward-count")).toBe("estimate");
    expect(server.server.house.gateway.load.inFlight).toBe(0);
  });
});

describe("the Anthropic SDK and failing providers", () => {
  test("an overloaded provider and a rate limit keep their status and type", async () => {
    upstream.script({ type: "error", status: 529, kind: "overloaded_error", message: "Overloaded" });
    await expect(client.messages.create(ask("anthropic", "hi"))).rejects.toMatchObject({ type: "overloaded_error" });
    upstream.script({ type: "error", status: 429, kind: "rate_limit_error", message: "Slow down.", retryAfter: "1" });
    await expect(client.messages.create(ask("anthropic", "hi"))).rejects.toBeInstanceOf(Anthropic.RateLimitError);
    await expect(client.messages.create(ask("simulated", "simulate: rateLimited"))).rejects.toMatchObject({
      type: "rate_limit_error",
    });
  });

  test("a stream that breaks throws instead of ending", async () => {
    for (const type of ["cut", "short", "overloaded"] as const) {
      upstream.script({ type, message: textMessage("One two three four five six."), afterEvents: 5 });
      await expect(client.messages.stream(ask("anthropic", "hi")).finalMessage()).rejects.toBeInstanceOf(
        Anthropic.APIError,
      );
    }
    const stream = client.messages.stream(ask("simulated", "simulate: cut"));
    await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIError);
  });

  test("a field that cannot be translated is named", async () => {
    const error: unknown = await client.messages
      .create({ ...ask("simulated", "hi"), tools: [{ type: "web_search_20250305", name: "web_search" }] })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ status: 400, errorCode: "untranslatable", details: { param: "tools[0].type" } });
  });
});
