import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startAnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import type { AnthropicUpstream, MessagesService, RecordedRequest } from "../fixtures/anthropic-upstream.ts";
import { SOME_USAGE, textMessage } from "../fixtures/anthropic-wire.ts";
import type { AnthropicMessage } from "../fixtures/anthropic-wire.ts";
import { accountAt } from "../fixtures/embedding-providers.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { startTokenServer } from "../fixtures/token-server.ts";
import type { TokenServer } from "../fixtures/token-server.ts";
import { googleError, vertexClaudeService } from "../fixtures/vertex-claude-service.ts";

const MODEL = "claude-sonnet-4-5@20250929";
/** Asked once alone: the server counts few tokens in whatever it is sent, from which is learnt that little is kept. */
const CACHED = "claude-opus-4-1@20250805";
const TOKEN = "ya29.a-token-of-the-test";
const PUBLISHERS = "/v1/projects/a-project/locations/global/publishers/";
const FOLDER = `${PUBLISHERS}anthropic/models/`;

const GEMINI = {
  candidates: [{ content: { role: "model", parts: [{ text: "I am Gemini." }] }, finishReason: "STOP", index: 0 }],
  usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 4, totalTokenCount: 8 },
  modelVersion: "gemini-3.5-flash",
};

const claude = vertexClaudeService(FOLDER, TOKEN);
/** The same project's models of both makers. */
const BOTH: MessagesService = {
  isCount: (request) => claude.isCount(request),
  refusalOf: (request) =>
    request.path.startsWith(`${PUBLISHERS}google/`)
      ? { type: "raw", status: 200, contentType: "application/json", body: JSON.stringify(GEMINI) }
      : claude.refusalOf(request),
};

const projectAt = (baseUrl: string): string => `environment: production
providers:
  cloud:
    kind: vertex
    project: a-project
    location: global
    base_url: ${baseUrl}
    credentials_env: ACCOUNT
    breaker: false
    models:
      gemini-3.5-flash: { price: { input: 1, output: 2 } }
      ${MODEL}: { price: { input: 3, output: 15 } }
      ${CACHED}:
        price: { input: 15, cached_input: 1.5, cache_write: 18.75, output: 75 }
        cache_minimum: 1024
  claude-alone:
    kind: vertex
    project: a-project
    location: global
    base_url: ${baseUrl}
    credentials_env: ACCOUNT
    breaker: false
    models:
      ${MODEL}: { price: { input: 3, output: 15 } }
endpoints:
  both: { models: [cloud/${MODEL}], retries: { attempts: 1 } }
  alone: { models: [claude-alone/${MODEL}], retries: { attempts: 1 } }
  gemini: { models: [cloud/gemini-3.5-flash], retries: { attempts: 1 } }
  cached:
    models: [cloud/${CACHED}]
    retries: { attempts: 1 }
    prompt_cache: { expected_reads: 5 }
`;

const TOOL: AnthropicMessage = {
  blocks: [{ type: "tool_use", id: "toolu_1", name: "lookup", input: { order_id: "4711" } }],
  stopReason: "tool_use",
  usage: SOME_USAGE,
};
const SCHEMA = { type: "object", properties: { order_id: { type: "string" } }, required: ["order_id"] } as const;

let tokens: TokenServer;
let upstream: AnthropicUpstream;
let server: RunningServer;
let anthropic: Anthropic;
let openai: OpenAI;

beforeAll(async () => {
  tokens = await startTokenServer(TOKEN);
  upstream = await startAnthropicUpstream(1, BOTH);
  const environment = { ACCOUNT: accountAt(tokens.origin) };
  server = await startServer({ "rollward.yaml": projectAt(upstream.baseUrl) }, { environment });
  anthropic = new Anthropic({ baseURL: server.url, apiKey: ADMIN_KEY, authToken: null, maxRetries: 0 });
  openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: ADMIN_KEY, maxRetries: 0 });
});

afterAll(async () => {
  await server.stop();
  await upstream.close();
  await tokens.close();
});

const ask = (model: string, content = "Well?") => ({
  model,
  max_tokens: 300,
  messages: [{ role: "user" as const, content }],
});

const lastRequest = (): RecordedRequest => {
  const last = upstream.requests.at(-1);
  if (last === undefined) throw new Error("There was no request.");
  return last;
};

describe.each(["both", "alone"])("Claude on Vertex at the endpoint %s, by the Anthropic SDK", (model) => {
  test("answers whole and streamed, each at its own address", async () => {
    upstream.script({ type: "message", message: textMessage("All is well.") });
    const whole = await anthropic.messages.create(ask(model));
    expect(whole.content).toMatchObject([{ type: "text", text: "All is well." }]);
    expect(lastRequest().path).toBe(`${FOLDER}${MODEL}:rawPredict`);
    upstream.script({ type: "message", message: textMessage("All is well.") });
    const streamed = await anthropic.messages.stream(ask(model)).finalMessage();
    expect(streamed).toMatchObject({ content: [{ type: "text", text: "All is well." }], stop_reason: "end_turn" });
    expect(lastRequest().path).toBe(`${FOLDER}${MODEL}:streamRawPredict`);
    expect(lastRequest().body).toEqual({
      anthropic_version: "vertex-2023-10-16",
      max_tokens: 300,
      messages: ask(model).messages,
      stream: true,
    });
  });

  test("calls tools", async () => {
    upstream.script({ type: "message", message: TOOL });
    const tools = [{ name: "lookup", input_schema: { ...SCHEMA, required: ["order_id"] } }];
    const final = await anthropic.messages.stream({ ...ask(model), tools }).finalMessage();
    expect(final.content).toMatchObject([{ type: "tool_use", name: "lookup", input: { order_id: "4711" } }]);
  });

  test("counts tokens itself", async () => {
    const { data, response } = await anthropic.messages
      .countTokens({ model, messages: ask(model).messages })
      .withResponse();
    expect(data.input_tokens).toBeGreaterThan(0);
    expect(response.headers.get("x-rollward-count")).toBeNull();
    expect(lastRequest().path).toBe(`${FOLDER}count-tokens:rawPredict`);
  });

  test("is told of Google's own refusal in Anthropic's form", async () => {
    upstream.script(googleError(429, "RESOURCE_EXHAUSTED", "Quota exceeded."));
    const error: unknown = await anthropic.messages.create(ask(model)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
    expect(error).toMatchObject({ type: "rate_limit_error", errorCode: "provider_rate_limited" });
  });
});

describe("Claude on Vertex, by the OpenAI SDK", () => {
  test("is translated, streamed and with tools", async () => {
    upstream.script({ type: "message", message: TOOL });
    const tools = [{ type: "function" as const, function: { name: "lookup", parameters: SCHEMA } }];
    const final = await openai.chat.completions
      .stream({ model: "both", messages: [{ role: "user", content: "Well?" }], tools })
      .finalChatCompletion();
    const [call] = final.choices[0]?.message.tool_calls ?? [];
    expect(call).toMatchObject({ function: { name: "lookup", arguments: '{"order_id":"4711"}' } });
    expect(lastRequest().path).toBe(`${FOLDER}${MODEL}:streamRawPredict`);
    expect(lastRequest().body).not.toHaveProperty("model");
    // What the model can answer at most is known by its name.
    expect(lastRequest().body["max_tokens"]).toBe(64_000);
  });

  test("leaves Gemini's models to Gemini's wire", async () => {
    const answer = await openai.chat.completions.create({
      model: "gemini",
      messages: [{ role: "user", content: "Who are you?" }],
    });
    expect(answer.choices[0]?.message.content).toBe("I am Gemini.");
    expect(lastRequest().path).toBe(`${PUBLISHERS}google/models/gemini-3.5-flash:generateContent`);
  });
});

test("what is read again is marked for Claude's prompt cache", async () => {
  const system = "Be brief. ".repeat(2_000);
  await anthropic.messages.create({ ...ask("cached"), system });
  expect(lastRequest().path).toBe(`${FOLDER}${CACHED}:rawPredict`);
  expect(JSON.stringify(lastRequest().body).includes('"cache_control"')).toBe(true);
});
