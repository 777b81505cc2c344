import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import type { AnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import { textMessage } from "../fixtures/anthropic-wire.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let upstream: AnthropicUpstream;
let server: RunningServer;

beforeAll(async () => {
  upstream = await startAnthropicUpstream();
  server = await startServer(
    {
      "rollward.yaml": `environment: production
providers:
  claude:
    kind: anthropic
    base_url: ${upstream.baseUrl}
    key_env: TEST_ANTHROPIC_KEY
    models:
      claude-test-2026-01-01:
        price: { input: 3, cached_input: 0.3, cache_write: 3.75, output: 15 }
endpoints:
  bot:
    models: [claude/claude-test-2026-01-01]
    retries: { attempts: 1 }
`,
    },
    { environment: { TEST_ANTHROPIC_KEY: "sk-ant-test" } },
  );
});

afterAll(async () => {
  await server.stop();
  await upstream.close();
});

const QUESTION = { model: "bot", max_tokens: 50, messages: [{ role: "user", content: "Hi" }] };

const post = (body: string, { path = "/v1/messages", headers = {} }: { path?: string; headers?: object } = {}) =>
  fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { "x-api-key": ADMIN_KEY, "content-type": "application/json", ...headers },
    body,
  });

describe("a call in Anthropic's dialect to a provider that speaks it", () => {
  test("goes there byte for byte, and its answer comes back byte for byte", async () => {
    const answer = `{ "id":"msg_1","type":"message","role":"assistant","model":"c","content":[{"type":"text","text":"Ol\\u00e1"}],\n"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1} }`;
    upstream.script({ type: "raw", status: 200, contentType: "application/json", body: answer });
    const request = upstream.nextRequest();
    const response = await post(
      '{ "max_tokens":50,\n "model":"bot", "messages":[{"role":"user","content":"H\\u0069"}], "frobnicate":[1.0] }',
    );
    expect(await response.text()).toBe(answer);
    expect((await request).body).toEqual({ ...QUESTION, model: "claude-test-2026-01-01", frobnicate: [1] });
  });

  test("is recorded with the input that was counted, also when its stream is cut", async () => {
    const usage = {
      input_tokens: 1_000,
      cache_creation_input_tokens: 200,
      cache_read_input_tokens: 3_000,
      output_tokens: 90,
    };
    const message = { ...textMessage("One two three four five six seven eight."), usage };
    upstream.script({ type: "cut", message, afterEvents: 6 });
    const response = await post(JSON.stringify({ ...QUESTION, stream: true }));
    const text = await response.text();
    expect(text).toContain("event: error\ndata: ");
    expect(text).not.toContain("message_stop");
    const id = response.headers.get("x-rollward-call") ?? "";
    const recorded = async (): Promise<unknown> => (await server.ask("GET", `/api/calls/${id}`)).body;
    await expect.poll(recorded).toMatchObject({
      outcome: "failed",
      usage: { input: 1_000, cached_input: 3_000, cache_write: 200, estimated: true },
    });
  });
});

interface ErrorDocument {
  readonly type: string;
  readonly error: { readonly type: string; readonly details: { readonly error_code: string } };
  readonly request_id: string;
}

describe("an error at an address of Anthropic's", () => {
  const errorOf = async (response: Response) => {
    const { type, error, request_id: id } = (await response.json()) as ErrorDocument;
    expect([type, response.headers.get("content-type")]).toEqual(["error", "application/json; charset=utf-8"]);
    expect(id).toMatch(/^call_/);
    return [response.status, error.type, error.details.error_code];
  };

  test("has Anthropic's form before there is a call", async () => {
    expect(await errorOf(await post("{}", { headers: { "x-api-key": "nobody" } }))).toEqual([
      401,
      "authentication_error",
      "key_unknown",
    ]);
    expect(await errorOf(await post("{}", { headers: { authorization: "Bearer x" } }))).toEqual([
      401,
      "authentication_error",
      "ambiguous_credentials",
    ]);
    expect(await errorOf(await post("{}", { headers: { "content-type": "text/plain" } }))).toEqual([
      415,
      "invalid_request_error",
      "unsupported_media_type",
    ]);
    expect(await errorOf(await post("{}", { path: "/v1/messages/batches" }))).toEqual([
      404,
      "not_found_error",
      "route_not_found",
    ]);
    expect(await errorOf(await post("{", { path: "/v1/messages/count_tokens?beta=true" }))).toEqual([
      400,
      "invalid_request_error",
      "malformed_json",
    ]);
  });

  test("has Anthropic's form in a call", async () => {
    expect(await errorOf(await post("{"))).toEqual([400, "invalid_request_error", "malformed_json"]);
    expect(await errorOf(await post('{"model":"bot"}'))).toEqual([400, "invalid_request_error", "invalid_request"]);
  });

  test("is the provider's own where it has refused the request", async () => {
    upstream.script({
      type: "error",
      status: 400,
      kind: "invalid_request_error",
      message: "prompt is too long: 9 tokens > 8 maximum",
    });
    const response = await post(JSON.stringify(QUESTION));
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      type: "error",
      error: { type: "invalid_request_error", message: "prompt is too long: 9 tokens > 8 maximum" },
    });
  });

  test("is told to a client of another dialect in its own form", async () => {
    upstream.script({
      type: "error",
      status: 400,
      kind: "invalid_request_error",
      message: "prompt is too long: 9 tokens > 8 maximum",
    });
    const response = await post(JSON.stringify(QUESTION), { path: "/v1/chat/completions" });
    expect(await response.json()).toMatchObject({
      error: { code: "provider_context_overflow", type: "invalid_request_error" },
    });
  });
});
