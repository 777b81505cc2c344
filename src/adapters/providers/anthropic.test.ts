import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EventLog, ask, questionFor } from "../../../test/contracts/conversing-subject.ts";
import { startAnthropicUpstream } from "../../../test/fixtures/anthropic-upstream.ts";
import type { AnthropicUpstream } from "../../../test/fixtures/anthropic-upstream.ts";
import { textMessage } from "../../../test/fixtures/anthropic-wire.ts";
import type { ConversingProvider } from "../../ports/provider.ts";
import { createAnthropic } from "./anthropic.ts";

const MODEL = "claude-sonnet-4-5";
const ACCOUNT = { name: "claude", apiKey: "sk-ant-of-the-test", keyEnv: "CLAUDE_KEY", prices: new Map() };

let upstream: AnthropicUpstream;
let provider: ConversingProvider;

beforeEach(async () => {
  upstream = await startAnthropicUpstream();
  provider = await createAnthropic({ ...ACCOUNT, baseUrl: upstream.baseUrl });
});

afterEach(async () => {
  await provider.close();
  await upstream.close();
});

const FORMS = [
  ["streamed", true],
  ["whole", false],
] as const;

describe("a request", () => {
  it("carries our headers and the key, and nothing of the SDK's", async () => {
    await ask(provider, questionFor(MODEL, true));
    const { host, "content-length": length, ...headers } = upstream.requests[0]?.headers ?? {};
    expect(headers).toEqual({
      accept: "application/json, text/event-stream",
      "accept-encoding": "identity",
      "anthropic-version": "2023-06-01",
      connection: "keep-alive",
      "content-type": "application/json",
      "user-agent": expect.stringMatching(/^rollward\/[\d.]+$/) as string,
      "x-api-key": "sk-ant-of-the-test",
    });
    expect([typeof host, typeof length]).toEqual(["string", "string"]);
  });

  it("asks for a stream or for one document as the client does", async () => {
    await ask(provider, questionFor(MODEL, true));
    await ask(provider, questionFor(MODEL, false));
    expect(upstream.requests.map(({ body }) => body["stream"])).toEqual([true, undefined]);
  });

  it("goes to the configured address whatever the environment says", async () => {
    process.env["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:1/v1";
    const log = await ask(provider, questionFor(MODEL, false));
    delete process.env["ANTHROPIC_BASE_URL"];
    expect([log.error, log.text]).toEqual([null, "Hello there."]);
  });

  it("is refused with the field's name before anything is sent, again and again", async () => {
    for (let round = 0; round < 3; round += 1) {
      const { error } = await ask(provider, questionFor(MODEL, round === 1, { seed: 7 }));
      expect(error).toMatchObject({ code: "untranslatable", retryable: false });
      expect(error?.details).toEqual({ field: "seed", provider: "claude", param: "seed" });
    }
    expect(upstream.requests).toHaveLength(0);
  });

  it("is refused on its own account after another one with other settings went through", async () => {
    await ask(provider, questionFor(MODEL, true, { temperature: 0.5 }));
    const { error } = await ask(provider, questionFor(MODEL, true, { temperature: 0.5, topP: 0.9 }));
    expect(error?.details["field"]).toBe("top_p");
    const { error: none } = await ask(provider, questionFor(MODEL, true, { temperature: 0.5 }));
    expect(none).toBeNull();
  });
});

describe("usage", () => {
  it.each(FORMS)("counts each token in one class, %s", async (_, stream) => {
    const usage = {
      input_tokens: 10,
      cache_creation_input_tokens: 200,
      cache_read_input_tokens: 3_000,
      output_tokens: 70,
      output_tokens_details: { thinking_tokens: 30 },
    };
    upstream.script({ type: "message", message: { ...textMessage("Hi."), usage } });
    const { events } = await ask(provider, questionFor(MODEL, stream));
    expect(events.filter(({ type }) => type === "usage")).toEqual([
      { type: "usage", usage: { input: 10, cachedInput: 3_000, cacheWrite: 200, output: 40, reasoning: 30 } },
    ]);
  });
});

describe("an answer", () => {
  it.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["refusal", "content_filter"],
  ])("that stops with %s ends with %s", async (stopReason, finishReason) => {
    upstream.script({ type: "message", message: { ...textMessage("Hi."), stopReason } });
    const { events } = await ask(provider, questionFor(MODEL, true));
    expect(events.at(-1)).toEqual({ type: "end", finishReason });
  });

  it.each(FORMS)("tells thinking apart from text, %s", async (_, stream) => {
    const [text] = textMessage("Hi.").blocks;
    const blocks = [{ type: "thinking", thinking: "They greet me." } as const, ...(text === undefined ? [] : [text])];
    upstream.script({ type: "message", message: { ...textMessage(""), blocks } });
    const log = await ask(provider, questionFor(MODEL, stream, { reasoningEffort: "low" }));
    const thought = log.events.map((event) => (event.type === "reasoning-delta" ? event.text : "")).join("");
    expect([thought, log.text, log.error]).toEqual(["They greet me.", "Hi.", null]);
  });

  it("is over with its last event, even when the connection is not", async () => {
    // The whole stream, and then silence.
    upstream.script({ type: "stall", message: textMessage("Hi."), afterEvents: 100 });
    const log = new EventLog();
    provider.converse(questionFor(MODEL, true), log);
    await log.over;
    expect([log.text, log.ends, log.error]).toEqual(["Hi.", 1, null]);
  });
});

describe("a fault", () => {
  it("keeps how long to wait", async () => {
    upstream.script({ type: "error", status: 429, kind: "rate_limit_error", message: "Slow down.", retryAfter: "7" });
    const { error } = await ask(provider, questionFor(MODEL, true));
    expect(error?.details).toMatchObject({ provider: "claude", retryAfter: "7" });
  });

  it("names the variable of a key that is refused", async () => {
    upstream.script({ type: "error", status: 401, kind: "authentication_error", message: "invalid x-api-key" });
    const { error } = await ask(provider, questionFor(MODEL, false));
    expect(error?.help).toBe("Check the environment variable CLAUDE_KEY on the server.");
  });

  it("gives the provider's reason for refusing a request", async () => {
    upstream.script({ type: "error", status: 400, kind: "invalid_request_error", message: "prompt is too long" });
    const { error } = await ask(provider, questionFor(MODEL, true));
    expect(error?.message).toBe("The provider claude refused the request: prompt is too long");
  });

  it("keeps nothing of the request", async () => {
    upstream.script({ type: "raw", status: 200, contentType: "application/json", body: "{}" });
    const { error } = await ask(provider, questionFor(MODEL, false));
    expect(error?.code).toBe("provider_bad_answer");
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("Well?");
    expect(error?.cause).toBeUndefined();
  });

  it.each([
    ["a password", "http://user:pass@127.0.0.1/v1"],
    ["no scheme", "127.0.0.1/v1"],
    ["another scheme", "file:///v1"],
  ])("is a base URL with %s", async (_, baseUrl) => {
    await expect(createAnthropic({ ...ACCOUNT, baseUrl })).rejects.toMatchObject({ code: "invalid_request" });
  });
});
