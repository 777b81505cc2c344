import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import type { AnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import { textMessage } from "../fixtures/anthropic-wire.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let anthropic: AnthropicUpstream;
let server: RunningServer;
let client: OpenAI;

beforeAll(async () => {
  anthropic = await startAnthropicUpstream();
  server = await startServer(
    {
      "rollward.yaml": `${simulatedText(modelText("m-2026-01-01"))}
  claude:
    kind: anthropic
    base_url: ${anthropic.baseUrl}
    key_env: TEST_ANTHROPIC_KEY
    models:
      claude-test-2026-01-01: { price: { input: 3, output: 15 } }
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

const ask = (model: string) => ({ model, prompt: "What is your return policy?", max_tokens: 500 });

/** What a client puts together from a stream. */
async function collect(stream: AsyncIterable<OpenAI.Completion>) {
  const seen = { text: "", usages: 0, finish: [] as string[], kinds: new Set<string>() };
  for await (const { object, choices, usage } of stream) {
    seen.kinds.add(object);
    seen.text += choices.map(({ text }) => text).join("");
    seen.finish.push(...choices.flatMap(({ finish_reason: reason }) => reason ?? []));
    if (usage != null) seen.usages += 1;
  }
  return seen;
}

describe.each(["simulated", "anthropic"])("completions of the OpenAI SDK, unmodified, at the endpoint %s", (model) => {
  test("come whole, with usage", async () => {
    anthropic.script(...(model === "anthropic" ? [WITHIN_DAYS] : []));
    const { data, response } = await client.completions.create(ask(model)).withResponse();
    expect(data).toMatchObject({ object: "text_completion", choices: [{ index: 0, logprobs: null }] });
    expect(data.id).toBe(`cmpl-${response.headers.get("x-rollward-call")}`);
    expect(data.choices[0]?.text.length).toBeGreaterThan(10);
    expect(data.choices[0]?.finish_reason).toBe("stop");
    expect(data.usage?.total_tokens).toBeGreaterThan(data.usage?.completion_tokens ?? 0);
    expect(response.headers.get("x-rollward-release")).toBe(`${model}@1`);
  });

  test("stream, with usage only where it is asked for", async () => {
    anthropic.script(...(model === "anthropic" ? [WITHIN_DAYS, WITHIN_DAYS] : []));
    const plain = await collect(await client.completions.create({ ...ask(model), stream: true }));
    expect(plain).toMatchObject({ usages: 0, finish: ["stop"], kinds: new Set(["text_completion"]) });
    expect(plain.text.length).toBeGreaterThan(10);
    const counted = { ...ask(model), stream: true, stream_options: { include_usage: true } } as const;
    expect(await collect(await client.completions.create(counted))).toMatchObject({ usages: 1, finish: ["stop"] });
  });

  test("end at the limit, which is 16 tokens where the client names none", async () => {
    anthropic.script(...(model === "anthropic" ? [CUT_OFF] : []));
    const { prompt } = ask(model);
    const { choices, usage } = await client.completions.create({ model, prompt: [prompt] });
    expect(choices[0]?.finish_reason).toBe("length");
    expect(usage?.completion_tokens).toBeLessThanOrEqual(16);
  });

  test("are refused by the field's name where a conversation cannot honour it", async () => {
    const refused = client.completions.create({ ...ask(model), suffix: "." });
    await expect(refused).rejects.toBeInstanceOf(OpenAI.BadRequestError);
    await expect(refused).rejects.toMatchObject({ code: "untranslatable", param: "suffix" });
  });
});

const WITHIN_DAYS = { type: "message", message: textMessage("You can return anything within 30 days.") } as const;
const CUT_OFF = { type: "message", message: { ...textMessage("You can"), stopReason: "max_tokens" } } as const;

describe("completions of the OpenAI SDK", () => {
  test("reach the Messages API as one question of the user", async () => {
    const request = anthropic.nextRequest();
    await client.completions.create({ ...ask("anthropic"), temperature: 0.2, stop: "\n\n", user: "u-1" });
    expect((await request).body).toEqual({
      model: "claude-test-2026-01-01",
      max_tokens: 500,
      messages: [{ role: "user", content: [{ type: "text", text: "What is your return policy?" }] }],
      temperature: 0.2,
      stop_sequences: ["\n\n"],
      metadata: { user_id: "u-1" },
    });
  });

  test("throw in the middle of a stream that breaks, and say no end", async () => {
    anthropic.script({ type: "overloaded", message: textMessage("One two three four five six."), afterEvents: 5 });
    const stream = await client.completions.create({ ...ask("anthropic"), stream: true });
    await expect(collect(stream)).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  test("tell a refusal by the reason", async () => {
    anthropic.script({ type: "message", message: { ...textMessage("I will not."), stopReason: "refusal" } });
    const { choices } = await client.completions.create(ask("anthropic"));
    expect(choices[0]).toMatchObject({ text: "I will not.", finish_reason: "content_filter" });
  });

  // The last one: it may leave one of its answers behind.
  test("never show a call of a tool as a clean text", async () => {
    const blocks = [
      { type: "text", text: "I look it up." },
      { type: "tool_use", id: "toolu_1", name: "lookup", input: { order: "7" } },
    ] as const;
    const called = { type: "message", message: { ...textMessage(""), blocks, stopReason: "tool_use" } } as const;
    // An answer that is none is asked for once more, a stream only until something of it has gone out.
    anthropic.script(called, called, called, called);
    const whole = client.completions.create(ask("anthropic"));
    await expect(whole).rejects.toMatchObject({ code: "provider_bad_answer" });
    const stream = await client.completions.create({ ...ask("anthropic"), stream: true });
    await expect(collect(stream)).rejects.toMatchObject({ code: "provider_bad_answer" });
  });
});
