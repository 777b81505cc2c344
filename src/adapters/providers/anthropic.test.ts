import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startAnthropicUpstream } from "../../../test/fixtures/anthropic-upstream.ts";
import type { AnthropicUpstream, ScriptedAnswer } from "../../../test/fixtures/anthropic-upstream.ts";
import { RecordingSink } from "../../../test/fixtures/recording-sink.ts";
import type { RollwardError } from "../../domain/errors.ts";
import type { ForwardRequest, WireProvider } from "../../ports/provider.ts";
import { createAnthropic } from "./anthropic.ts";

const ACCOUNT = {
  name: "claude",
  apiKey: "sk-ant-of-the-test",
  moreKeys: ["sk-ant-the-second"],
  keyEnv: "CLAUDE_KEY",
  prices: new Map(),
};

let upstream: AnthropicUpstream;
let provider: WireProvider;

beforeEach(async () => {
  upstream = await startAnthropicUpstream();
  provider = createAnthropic({ ...ACCOUNT, baseUrl: upstream.baseUrl });
});

afterEach(async () => {
  await provider.close();
  await upstream.close();
});

const BODY = '{ "model":"claude-sonnet-4-5",\n"max_tokens": 20, "messages":[{"role":"user","content":"Wéll? 👋"}] }';

async function send(set: Partial<ForwardRequest> = {}): Promise<RecordingSink> {
  const sink = new RecordingSink();
  const request: ForwardRequest = {
    callId: "call_01",
    dialect: "anthropic-messages",
    model: "claude-sonnet-4-5",
    bytes: Buffer.from(BODY),
    connectMs: 5_000,
    ...set,
  };
  provider.forward(request, sink);
  await sink.over;
  return sink;
}

describe("a request", () => {
  it("carries our headers, the key and its own bytes, and nothing else", async () => {
    await send();
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
    expect([typeof host, length]).toEqual(["string", String(Buffer.byteLength(BODY))]);
    expect(upstream.requests[0]?.body).toEqual(JSON.parse(BODY));
  });

  it("carries the version and the features that its client named, and nothing of them to the next request", async () => {
    const said = { "anthropic-beta": "context-1m-2025-08-07", "anthropic-version": "2026-10-21", "x-other": "no" };
    await send({ headers: said });
    await send();
    const arrived = upstream.requests.map(({ headers }) =>
      ["anthropic-version", "anthropic-beta", "x-other"].map((name) => headers[name]),
    );
    expect(arrived).toEqual([
      ["2026-10-21", "context-1m-2025-08-07", undefined],
      ["2023-06-01", undefined, undefined],
    ]);
  });

  it("is sent with the key that was chosen, and never with another", async () => {
    await send({ key: 1 });
    expect(upstream.requests[0]?.headers["x-api-key"]).toBe("sk-ant-the-second");
    expect(() => provider.forward({ ...({} as ForwardRequest), key: 2 }, new RecordingSink())).toThrow(
      "There is no key 2",
    );
  });

  it("to count tokens goes to its own address", async () => {
    const bytes = Buffer.from(BODY.replace('"max_tokens": 20, ', ""));
    const sink = await send({ operation: "count-tokens", bytes });
    expect(upstream.requests[0]?.path).toBe("/v1/messages/count_tokens");
    expect(JSON.parse(sink.body.toString())).toEqual({ input_tokens: expect.any(Number) as number });
  });

  it("goes to the configured address whatever the environment says", async () => {
    process.env["ANTHROPIC_BASE_URL"] = "http://127.0.0.1:1/v1";
    const sink = await send();
    delete process.env["ANTHROPIC_BASE_URL"];
    expect([sink.status, sink.error]).toEqual([200, null]);
  });
});

async function faultOf(answer: Omit<Extract<ScriptedAnswer, { type: "error" }>, "type">): Promise<RollwardError> {
  upstream.script({ type: "error", ...answer });
  const { status, headers, body } = await send();
  return provider.fault(status, headers, body);
}

describe("a fault", () => {
  it("keeps how long to wait", async () => {
    const slowDown = { status: 429, kind: "rate_limit_error", message: "Slow down.", retryAfter: "7" };
    const error = await faultOf(slowDown);
    expect(error).toMatchObject({ code: "provider_rate_limited", retryable: true });
    expect(error.details).toMatchObject({ provider: "claude", retryAfter: "7", retryAfterMs: 7_000 });
  });

  it.each<readonly [status: number, kind: string, message: string, code: string]>([
    [529, "overloaded_error", "Overloaded", "provider_error"],
    [500, "api_error", "Internal server error", "provider_error"],
    [400, "invalid_request_error", "prompt is too long: 208310 tokens > 200000 maximum", "provider_context_overflow"],
    [400, "invalid_request_error", "max_tokens: Field required", "provider_refused_request"],
    [
      400,
      "invalid_request_error",
      "Your credit balance is too low to access the Anthropic API.",
      "provider_credentials",
    ],
    [401, "authentication_error", "invalid x-api-key", "provider_credentials"],
    [403, "permission_error", "Your API key may not use this model.", "provider_credentials"],
    [404, "not_found_error", "model: claude-9", "provider_refused_request"],
    [413, "request_too_large", "Request exceeds the maximum size", "provider_refused_request"],
  ])("of status %i and type %s (%s) is %s", async (...[status, kind, message, code]) => {
    expect(await faultOf({ status, kind, message })).toMatchObject({ code, details: { provider: "claude" } });
  });

  it("names the variable of a key that is refused, and repeats no key", async () => {
    const message = `invalid x-api-key ${ACCOUNT.apiKey}, ${ACCOUNT.moreKeys[0]}`;
    const error = await faultOf({ status: 401, kind: "authentication_error", message });
    expect(error.help).toBe("Check the environment variable CLAUDE_KEY on the server.");
    const refused = await faultOf({ status: 400, kind: "invalid_request_error", message });
    expect(JSON.stringify([refused.message, refused.details])).not.toContain("sk-ant");
  });

  it.each([
    ["a password", "http://user:pass@127.0.0.1/v1"],
    ["no scheme", "127.0.0.1/v1"],
    ["another scheme", "file:///v1"],
  ])("is a base URL with %s", (_, baseUrl) => {
    expect(() => createAnthropic({ ...ACCOUNT, baseUrl })).toThrow("is not an http or https address");
  });
});
