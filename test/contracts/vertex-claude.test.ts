import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createVertexClaude } from "../../src/adapters/providers/vertex/vertex-claude.ts";
import { anthropicMessages } from "../../src/http/dialects/anthropic-messages/index.ts";
import type { ForwardRequest, WireProvider } from "../../src/ports/provider.ts";
import { startAnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import type { AnthropicUpstream } from "../fixtures/anthropic-upstream.ts";
import { accountAt } from "../fixtures/embedding-providers.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { RecordingSink } from "../fixtures/recording-sink.ts";

import { startTokenServer } from "../fixtures/token-server.ts";
import type { TokenServer } from "../fixtures/token-server.ts";
import { googleError, vertexClaudeService } from "../fixtures/vertex-claude-service.ts";
import { aborts, abortsAtAnyTime, pauses } from "./conversing-flow.contract.ts";
import { answers, faults } from "./conversing-provider.contract.ts";
import type { ConversingSubject } from "./conversing-subject.ts";
import { messagesScenes } from "./messages-scenes.ts";
import { wireAsConversing } from "./wire-as-conversing.ts";

const MODEL = "claude-sonnet-4-5@20250929";
const SECRET = "ya29.a-token-of-the-test";
const FOLDER = "/v1/projects/a-project/locations/europe-west1/publishers/anthropic/models/";

let tokens: TokenServer;
let upstream: AnthropicUpstream;
let clock: HandClock;
let closing: (() => Promise<void>)[] = [];

beforeEach(async () => {
  clock = new HandClock();
  tokens = await startTokenServer(SECRET);
  upstream = await startAnthropicUpstream(1, vertexClaudeService(FOLDER, SECRET));
  closing = [() => upstream.close(), () => tokens.close()];
});

afterEach(async () => {
  for (const close of closing) await close();
});

function providerAt(baseUrl: string): WireProvider {
  const provider = createVertexClaude({
    name: "vertex",
    baseUrl,
    project: "a-project",
    location: "europe-west1",
    credentials: accountAt(tokens.origin),
    credentialsEnv: "GOOGLE_APPLICATION_CREDENTIALS",
    prices: new Map(),
    answerBytes: 64 * 1024 * 1024,
    breaker: null,
    allowPrivate: false,
    clock,
  });
  closing.unshift(() => provider.close());
  return provider;
}

const open = async (): Promise<ConversingSubject> => ({
  provider: wireAsConversing(providerAt(upstream.baseUrl), anthropicMessages),
  model: MODEL,
  secret: SECRET,
  play: (scene) => upstream.script(messagesScenes(SECRET)[scene]),
  nextRequest: () => upstream.nextRequest(),
  providerAt: async (baseUrl) => wireAsConversing(providerAt(baseUrl), anthropicMessages),
});

const BODY = `{ "model":"${MODEL}",\n"max_tokens": 20, "messages":[{"role":"user","content":"Wéll? 👋"}] }`;

async function send(set: Partial<ForwardRequest> = {}): Promise<RecordingSink> {
  const sink = new RecordingSink();
  const bytes = Buffer.from(BODY);
  const request = { callId: "call_01", dialect: "anthropic-messages", model: MODEL, bytes, connectMs: 5_000 } as const;
  providerAt(upstream.baseUrl).forward({ ...request, ...set }, sink);
  await sink.over;
  return sink;
}

describe("Claude at the provider vertex", () => {
  answers(open);
  faults(open);
  aborts(open);
  abortsAtAnyTime(open);
  pauses(open);

  test("is sent the client's members without the model, the token and no other key", async () => {
    const sink = await send({
      headers: { "anthropic-version": "2023-06-01", "anthropic-beta": "context-1m-2025-08-07" },
    });
    expect(sink.error).toBeNull();
    const [{ path, headers, body } = { path: "", headers: {}, body: {} }] = upstream.requests;
    expect(path).toBe(`${FOLDER}${MODEL}:rawPredict`);
    const { model: _, ...said } = JSON.parse(BODY) as Record<string, unknown>;
    expect(body).toEqual({ anthropic_version: "vertex-2023-10-16", ...said });
    expect(headers).toMatchObject({ authorization: `Bearer ${SECRET}`, "anthropic-beta": "context-1m-2025-08-07" });
    expect(headers).not.toHaveProperty("x-api-key");
    expect(headers).not.toHaveProperty("anthropic-version");
  });

  test("counts tokens, with the model in the body", async () => {
    const bytes = Buffer.from(JSON.stringify({ model: MODEL, messages: [{ role: "user", content: "Well?" }] }));
    const { error, status } = await send({ bytes, operation: "count-tokens" });
    expect([error, status]).toEqual([null, 200]);
    expect(upstream.requests[0]).toMatchObject({ path: `${FOLDER}count-tokens:rawPredict`, body: { model: MODEL } });
  });

  test("trades for one token for many calls", async () => {
    const provider = providerAt(upstream.baseUrl);
    const sinks = [1, 2, 3].map(() => new RecordingSink());
    for (const sink of sinks) {
      const bytes = Buffer.from(BODY);
      provider.forward({ callId: "c", dialect: "anthropic-messages", model: MODEL, bytes, connectMs: 5_000 }, sink);
    }
    await Promise.all(sinks.map((sink) => sink.over));
    expect([upstream.requests.length, tokens.requests.length]).toEqual([3, 1]);
  });

  test("trades anew for a token that is refused before it ends", async () => {
    const provider = providerAt(upstream.baseUrl);
    const ask = async (): Promise<RecordingSink> => {
      const sink = new RecordingSink();
      const bytes = Buffer.from(BODY);
      provider.forward({ callId: "c", dialect: "anthropic-messages", model: MODEL, bytes, connectMs: 5_000 }, sink);
      await sink.over;
      return sink;
    };
    await ask();
    upstream.script(googleError(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."));
    const { status, body } = await ask();
    expect([status, tokens.requests.length]).toEqual([401, 1]);
    expect(provider.fault(401, {}, body)).toMatchObject({ code: "provider_credentials" });
    expect([(await ask()).status, tokens.requests.length]).toEqual([200, 2]);
  });

  test("says whose credentials are refused", async () => {
    tokens.refuse();
    const { error } = await send();
    expect(error).toMatchObject({ code: "provider_credentials" });
    expect(error?.help).toContain("GOOGLE_APPLICATION_CREDENTIALS");
  });

  test("knows Google's own errors", async () => {
    upstream.script(googleError(429, "RESOURCE_EXHAUSTED", "Quota exceeded for base model."));
    const sink = await send();
    expect(sink.status).toBe(429);
    const error = providerAt(upstream.baseUrl).fault(429, {}, sink.body);
    expect(error).toMatchObject({ code: "provider_rate_limited", retryable: true });
  });
});
