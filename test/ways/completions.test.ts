import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { showCall } from "../../src/contract/calls.ts";
import { startAnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import type { AnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import { DOCUMENTS, startOpenAiPlatform } from "../fixtures/openai-platform.ts";
import type { OpenAiPlatform } from "../fixtures/openai-platform.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Call = z.output<typeof showCall.answer>;

const PRICE = "{ price: { input: 1, output: 2 } }";
const OLD = "vendor/old-2026-01-01";
const CLAUDE = "claude/claude-2026-01-01";

let platform: OpenAiPlatform;
let anthropic: AnthropicUpstream;
let server: RunningServer;

beforeAll(async () => {
  platform = await startOpenAiPlatform();
  anthropic = await startAnthropicUpstream();
  server = await startServer(
    {
      "rollward.yaml": `environment: production
providers:
  vendor:
    kind: openai-compatible
    base_url: ${platform.baseUrl}
    allow_private: true
    breaker: false
    models: { old-2026-01-01: ${PRICE} }
  claude:
    kind: anthropic
    base_url: ${anthropic.baseUrl}
    allow_private: true
    key_env: CLAUDE_KEY
    models: { claude-2026-01-01: ${PRICE} }
endpoints:
  mixed:
    models: [${OLD}, ${CLAUDE}]
    retries: { attempts: 1 }
  turned:
    models: [${CLAUDE}, ${OLD}]
  elsewhere:
    models: [${CLAUDE}]
  limited:
    models: [${CLAUDE}]
    parameters: { max_completion_tokens: 900, temperature: 0.1 }
  prompted:
    prompt: prompt.md
    models: [${CLAUDE}]
`,
      "prompt.md": "Be kind.\n",
    },
    { environment: { CLAUDE_KEY: "sk-test" } },
  );
});

afterAll(async () => {
  await server.stop();
  await anthropic.close();
  await platform.close();
});

let before = { platform: 0, anthropic: 0 };
beforeEach(() => void (before = { platform: platform.requests.length, anthropic: anthropic.requests.length }));

/** How often each was asked in this test. */
const asked = () => [platform.requests.length - before.platform, anthropic.requests.length - before.anthropic];

const send = (body: string): Promise<Response> =>
  fetch(`${server.url}/v1/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body,
  });

async function recordOf(response: Response): Promise<Call> {
  await server.server.house.gateway.recorder.flush();
  const { body } = await server.ask("GET", `/api/calls/${response.headers.get("x-rollward-call")}`);
  return body as Call;
}

const down = (): void =>
  platform.next((_, response) => {
    response.writeHead(500, { "content-type": "application/json" }).end('{"error":{"message":"Down."}}');
  });

describe("the older completions in a chain of both kinds", () => {
  test("pass byte for byte where they are spoken", async () => {
    const response = await send('{"model":"mixed",  "prompt":["caf\\u00e9","b"], "logprobs":2}');
    expect(await response.text()).toBe(DOCUMENTS.completion);
    const passed = '{"model":"old-2026-01-01",  "prompt":["caf\\u00e9","b"], "logprobs":2}';
    expect(platform.last().body.toString()).toBe(passed);
    expect(asked()).toEqual([1, 0]);
  });

  test("are answered by a conversation when the first model is down, and recorded as what they are", async () => {
    down();
    const response = await send('{"model":"mixed","prompt":"Say"}');
    const answer: unknown = await response.json();
    expect(answer).toMatchObject({
      object: "text_completion",
      model: "claude-2026-01-01",
      choices: [{ text: "Hello there.", index: 0, logprobs: null, finish_reason: "stop" }],
    });
    expect(response.headers.get("x-rollward-tier")).toBe("fallback:1");
    expect(anthropic.requests.at(-1)?.body).toMatchObject({ max_tokens: 16 });
    const { dialect, outcome, usage } = await recordOf(response);
    expect({ dialect, outcome }).toEqual({ dialect: "openai-completions", outcome: "ok" });
    expect(usage).toMatchObject({ estimated: false });
  });

  test("keep the first model's own error where the second cannot take them", async () => {
    down();
    const response = await send('{"model":"mixed","prompt":"Say","logprobs":2}');
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { message: "Down." } });
    expect(asked()).toEqual([1, 0]);
  });

  test("are refused by name where the first model cannot take them, as in every dialect", async () => {
    const response = await send('{"model":"turned","prompt":"Say","suffix":"."}');
    expect(await response.json()).toMatchObject({ error: { code: "untranslatable", param: "suffix" } });
    expect(asked()).toEqual([0, 0]);
  });
});

describe("the older completions at a provider of conversations", () => {
  test.each([
    ["suffix", '"suffix":"."'],
    ["echo", '"echo":true'],
    ["best_of", '"best_of":3'],
    ["n", '"n":2'],
    ["logprobs", '"logprobs":1'],
    ["logit_bias", '"logit_bias":{"50256":-100}'],
    ["seed", '"seed":1'],
  ])("are refused by name for %s, and nobody is asked", async (field, member) => {
    const response = await send(`{"model":"elsewhere","prompt":"Say",${member}}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: "untranslatable", param: field } });
    expect(asked()).toEqual([0, 0]);
  });

  test.each(['["a","b"]', "[1,2]", "[[1],[2]]", '""', "[]"])("are refused with the prompt %s", async (prompt) => {
    const response = await send(`{"model":"elsewhere","prompt":${prompt}}`);
    expect(await response.json()).toMatchObject({ error: { code: "untranslatable", param: "prompt" } });
    expect(asked()).toEqual([0, 0]);
  });

  test("take the release's parameters before their own", async () => {
    await (await send('{"model":"limited","prompt":"Say","max_tokens":5}')).text();
    expect(anthropic.requests.at(-1)?.body).toEqual({
      model: "claude-2026-01-01",
      max_tokens: 900,
      messages: [{ role: "user", content: [{ type: "text", text: "Say" }] }],
      temperature: 0.1,
    });
  });

  test("have no place for a release's prompt", async () => {
    const response = await send('{"model":"prompted","prompt":"Say"}');
    expect(await response.json()).toMatchObject({ error: { code: "untranslatable" } });
    expect(asked()).toEqual([0, 0]);
  });
});
