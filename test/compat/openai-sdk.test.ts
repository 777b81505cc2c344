import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import type { AnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import { textMessage } from "../fixtures/anthropic-wire.ts";
import type { AnthropicMessage } from "../fixtures/anthropic-wire.ts";
import { ADMIN_KEY, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { watchSimulated, watchUpstream } from "../fixtures/watch-leaving.ts";
import type { LetGo } from "../fixtures/watch-leaving.ts";

/** Slow enough that a client can leave in the middle. */
const SIMULATED_MODEL = `
      m-2026-01-01:
        price: { input: 1, output: 2 }
        first_token: { median: 1ms, sigma: 0 }
        between_tokens: { median: 5ms, sigma: 0 }
        answer_tokens: { median: 60, sigma: 0 }
        quality: 1`;

const TOOL = {
  type: "function",
  function: {
    name: "lookup_order",
    description: "Finds an order.",
    parameters: { type: "object", properties: { order_id: { type: "string" } }, required: ["order_id"] },
  },
} as const;

const SCHEMA = {
  type: "json_schema",
  json_schema: {
    name: "ticket",
    schema: {
      type: "object",
      properties: { subject: { type: "string" }, urgent: { type: "boolean" } },
      required: ["subject", "urgent"],
      additionalProperties: false,
    },
  },
} as const;

let anthropic: AnthropicUpstream;
let server: RunningServer;
let client: OpenAI;

beforeAll(async () => {
  anthropic = await startAnthropicUpstream();
  server = await startServer(
    {
      "rollward.yaml": `${simulatedText(SIMULATED_MODEL)}
  claude:
    kind: anthropic
    base_url: ${anthropic.baseUrl}
    key_env: TEST_ANTHROPIC_KEY
    models:
      claude-test-2026-01-01:
        price: { input: 3, output: 15 }
endpoints:
  simulated:
    models: [sim/m-2026-01-01]
  anthropic:
    models: [claude/claude-test-2026-01-01]
`,
    },
    { environment: { TEST_ANTHROPIC_KEY: "sk-ant-test" } },
  );
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: ADMIN_KEY, maxRetries: 0 });
});

afterAll(async () => {
  await server.stop();
  await anthropic.close();
});

/** What each upstream has to be told so that it answers in a certain way. */
interface Upstream {
  readonly model: string;
  text(): string;
  tool(): string;
  json(): string;
  long(): string;
  /** Begins to watch for a client that leaves; resolves when the provider itself has been let go. */
  watch(): LetGo;
}

const toolUse: AnthropicMessage = {
  ...textMessage(""),
  blocks: [{ type: "tool_use", id: "toolu_1", name: "lookup_order", input: { order_id: "4711" } }],
  stopReason: "tool_use",
};

const UPSTREAMS: readonly Upstream[] = [
  {
    model: "simulated",
    text: () => "What is your return policy?",
    tool: () => "What is the status of order 4711?",
    json: () => "Write a ticket.",
    long: () => "What is your return policy?",
    watch: () => watchSimulated(server),
  },
  {
    model: "anthropic",
    text() {
      anthropic.script({ type: "message", message: textMessage("You can return anything within 30 days.") });
      return "What is your return policy?";
    },
    tool() {
      anthropic.script({ type: "message", message: toolUse });
      return "What is the status of order 4711?";
    },
    json() {
      anthropic.script({ type: "message", message: textMessage('{"subject":"Late","urgent":true}') });
      return "Write a ticket.";
    },
    long() {
      anthropic.script({ type: "endless", delta: "more " });
      return "Tell me everything.";
    },
    watch: () => watchUpstream(anthropic),
  },
];

describe.each(UPSTREAMS)("the OpenAI SDK, unmodified, at the endpoint $model", (upstream) => {
  const { model } = upstream;
  const ask = (content: string) => ({ model, messages: [{ role: "user" as const, content }] });

  test("gets a whole answer with usage", async () => {
    const { data, response } = await client.chat.completions.create(ask(upstream.text())).withResponse();
    expect(data.choices[0]?.message.content?.length).toBeGreaterThan(10);
    expect(data.choices[0]?.finish_reason).toBe("stop");
    expect(data.usage?.total_tokens).toBeGreaterThan(0);
    expect(response.headers.get("x-rollward-release")).toBe(`${model}@1`);
    expect(response.headers.get("x-rollward-arm")).toBe("stable");
    expect(response.headers.get("x-rollward-tier")).toBe("primary");
    expect(response.headers.get("x-rollward-call")).toMatch(/^call_[0-9a-z]{26}$/);
  });

  test("streams, with usage only when it asks for it", async () => {
    const collect = async (fields: object): Promise<{ text: string; usage: number; finish: string | null }> => {
      const stream = await client.chat.completions.create({ ...ask(upstream.text()), ...fields, stream: true });
      const seen = { text: "", usage: 0, finish: null as string | null };
      for await (const chunk of stream) {
        seen.text += chunk.choices[0]?.delta.content ?? "";
        seen.finish = chunk.choices[0]?.finish_reason ?? seen.finish;
        if (chunk.usage != null) seen.usage += 1;
      }
      return seen;
    };
    expect(await collect({})).toMatchObject({
      usage: 0,
      finish: "stop",
      text: expect.stringMatching(/.{10}/) as string,
    });
    expect(await collect({ stream_options: { include_usage: true } })).toMatchObject({ usage: 1, finish: "stop" });
  });

  test("calls tools, whole and streamed", async () => {
    const whole = await client.chat.completions.create({ ...ask(upstream.tool()), tools: [TOOL] });
    const [call] = whole.choices[0]?.message.tool_calls ?? [];
    expect(call).toMatchObject({ type: "function", function: { name: "lookup_order" } });
    expect(whole.choices[0]?.finish_reason).toBe("tool_calls");
    const stream = client.chat.completions.stream({ ...ask(upstream.tool()), tools: [TOOL] });
    const final = await stream.finalMessage();
    const [streamed] = final.tool_calls ?? [];
    expect(streamed?.type === "function" ? (JSON.parse(streamed.function.arguments) as object) : null).toHaveProperty(
      "order_id",
    );
  });

  test("takes the result of a tool", async () => {
    const answer = await client.chat.completions.create({
      model,
      messages: [
        { role: "user", content: upstream.text() },
        {
          role: "assistant",
          content: null,
          tool_calls: [
            { id: "call_1", type: "function", function: { name: "lookup_order", arguments: '{"order_id":"4711"}' } },
          ],
        },
        { role: "tool", tool_call_id: "call_1", content: '{"status":"shipped"}' },
      ],
      tools: [TOOL],
    });
    expect(answer.choices[0]?.message.content?.length).toBeGreaterThan(0);
  });

  test("gets structured output", async () => {
    const answer = await client.chat.completions.create({ ...ask(upstream.json()), response_format: SCHEMA });
    expect(JSON.parse(answer.choices[0]?.message.content ?? "")).toMatchObject({
      subject: expect.any(String) as string,
      urgent: expect.any(Boolean) as boolean,
    });
  });

  test("aborts a stream, and the provider is stopped", async () => {
    const stopped = upstream.watch();
    const stream = await client.chat.completions.create({ ...ask(upstream.long()), stream: true });
    let chunks = 0;
    for await (const _ of stream) {
      chunks += 1;
      if (chunks === 3) stream.controller.abort();
    }
    expect(chunks).toBeGreaterThanOrEqual(3);
    await stopped();
    await expect.poll(() => server.server.house.gateway.load.inFlight).toBe(0);
  });

  test("is told what is wrong as the SDK's own errors", async () => {
    await expect(client.chat.completions.create({ ...ask("hi"), model: "nobody" })).rejects.toBeInstanceOf(
      OpenAI.NotFoundError,
    );
    await expect(client.chat.completions.create({ ...ask("hi"), messages: [] })).rejects.toBeInstanceOf(
      OpenAI.BadRequestError,
    );
    const stranger = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "nobody", maxRetries: 0 });
    await expect(stranger.chat.completions.create(ask("hi"))).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  });
});

describe("the OpenAI SDK and failing providers", () => {
  const told = (fault: string) => ({
    model: "simulated",
    messages: [{ role: "user" as const, content: `simulate: ${fault}` }],
  });

  test("a rate limit and a server error keep their status", async () => {
    await expect(client.chat.completions.create(told("rateLimited"))).rejects.toBeInstanceOf(OpenAI.RateLimitError);
    await expect(client.chat.completions.create(told("serverError"))).rejects.toBeInstanceOf(
      OpenAI.InternalServerError,
    );
  });

  test("a stream that is cut throws instead of ending", async () => {
    const stream = await client.chat.completions.create({ ...told("cut"), stream: true });
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  test("an overloaded provider of another dialect is an error too, whole or in mid-stream", async () => {
    const overloaded = { type: "error", status: 529, kind: "overloaded_error", message: "Overloaded" } as const;
    // An outage is retried once.
    anthropic.script(overloaded, overloaded);
    const request = { model: "anthropic", messages: [{ role: "user" as const, content: "hi" }] };
    await expect(client.chat.completions.create(request)).rejects.toBeInstanceOf(OpenAI.InternalServerError);
    anthropic.script({ type: "cut", message: textMessage("One two three four five six."), afterEvents: 4 });
    const stream = await client.chat.completions.create({ ...request, stream: true });
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toBeInstanceOf(OpenAI.APIError);
  });
});

describe("the other addresses", () => {
  test("models lists what the key may call", async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(["simulated", "anthropic", "sim/m-2026-01-01", "claude/claude-test-2026-01-01"]),
    );
  });

  test("provider credentials reach the provider and the client's do not", async () => {
    anthropic.script({ type: "message", message: textMessage("Hello.") });
    const request = anthropic.nextRequest();
    await client.chat.completions.create({ model: "anthropic", messages: [{ role: "user", content: "hi" }] });
    const { headers, body } = await request;
    expect(headers["x-api-key"]).toBe("sk-ant-test");
    expect(JSON.stringify({ headers, body })).not.toContain(ADMIN_KEY);
  });
});
