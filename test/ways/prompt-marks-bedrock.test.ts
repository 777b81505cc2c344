import { afterAll, beforeAll, expect, test } from "vitest";
import { bedrockAnswer, bedrockWire } from "../fixtures/bedrock-upstream.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { startScriptedUpstream } from "../fixtures/scripted-upstream.ts";
import type { ScriptedUpstream } from "../fixtures/scripted-upstream.ts";

const SECRET = "a-secret-of-the-test";
const MODEL = "anthropic.claude-haiku-4-5-20251001-v1:0";
const RULES = "Never promise a refund. ".repeat(300);

/** What was written, by how long it is kept. */
const WRITTEN = {
  inputTokens: 11,
  outputTokens: 7,
  totalTokens: 1_018,
  cacheWriteInputTokens: 1_000,
  cacheDetails: [
    { ttl: "1h", inputTokens: 600 },
    { ttl: "5m", inputTokens: 400 },
  ],
};

let upstream: ScriptedUpstream;
let server: RunningServer;

beforeAll(async () => {
  const answer = () => bedrockAnswer([{ text: "Well." }], "end_turn", WRITTEN);
  upstream = await startScriptedUpstream({ ...bedrockWire(SECRET), answer });
  const endpoint = (name: string, policy: string): string => `
  ${name}:
    models: [vendor/${MODEL}]
    prompt_cache: ${policy}`;
  const text = `providers:
  vendor:
    kind: bedrock
    base_url: ${upstream.origin}
    region: eu-central-1
    access_key_env: TEST_ACCESS_KEY
    secret_key_env: TEST_SECRET
    models:
      ${MODEL}:
        cache_minimum: 1024
        price: { input: 1, cached_input: 0.1, cache_write: 1.25, cache_write_1h: 2, output: 5 }
endpoints:${endpoint("bot", "auto")}${endpoint("plain", "off")}
`;
  server = await startServer(
    { "rollward.yaml": text },
    { environment: { TEST_SECRET: SECRET, TEST_ACCESS_KEY: "AKIDEXAMPLE" } },
  );
});

afterAll(async () => {
  await server.stop();
  await upstream.close();
});

async function systemSent(model: string): Promise<unknown> {
  const messages = [
    { role: "system", content: RULES },
    { role: "user", content: "Well?" },
  ];
  expect((await server.ask("POST", "/v1/chat/completions", { model, messages })).status).toBe(200);
  return upstream.requests.at(-1)?.body["system"];
}

test("Bedrock is told where the system's texts end, in its own words", async () => {
  expect(await systemSent("bot")).toEqual([{ text: RULES }, { cachePoint: { type: "default" } }]);
  expect(await systemSent("plain")).toEqual([{ text: RULES }]);
});

test.each([false, true])("what Bedrock keeps for an hour costs its own price (stream: %s)", async (stream) => {
  const messages = [{ role: "user", content: "Well?" }];
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "plain", stream, messages }),
  });
  await response.text();
  await server.server.house.gateway.recorder.flush();
  const { body } = await server.ask("GET", `/api/calls/${response.headers.get("x-rollward-call") ?? ""}`);
  const costPico = (11 * 100 + 400 * 125 + 600 * 200 + 7 * 500) * 10_000;
  expect(body).toMatchObject({ stream, cost_pico: String(costPico) });
});
