import { afterAll, beforeAll, expect, test } from "vitest";
import { startCountingUpstream } from "../fixtures/counting-upstream.ts";
import type { CountingUpstream } from "../fixtures/counting-upstream.ts";
import { runRollward } from "../fixtures/run-rollward.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let upstream: CountingUpstream;
let server: RunningServer;

/** The provider counts 8 plain tokens and 3 cached ones, a prompt of 11, and 7 of the answer. */
const model = (above: number): string =>
  `{ price: { input: 10, cached_input: 1, output: 20, steps: [{ above: ${above}, input: 20, cached_input: 2, output: 30 }] } }`;

beforeAll(async () => {
  upstream = await startCountingUpstream();
  server = await startServer(
    {
      "rollward.yaml": `providers:
  up:
    kind: openai-compatible
    base_url: ${upstream.baseUrl}
    key_env: TEST_KEY
    allow_private: true
    models:
      above-10: ${model(10)}
      above-11: ${model(11)}
      above-3000: ${model(3_000)}
endpoints:
  long:
    models: [up/above-10]
  short:
    models: [up/above-11]
  poor:
    models: [up/above-3000]
    parameters: { max_tokens: 100, service_tier: default }
budgets:
  poor: { per: endpoint, window: total, amount: 0.05, only: { endpoints: [poor] } }
`,
    },
    { environment: { TEST_KEY: "sk-test" } },
  );
});

afterAll(async () => {
  await server.stop();
  await upstream.close();
});

async function ask(endpoint: string, { stream = false, words = "Hello" } = {}): Promise<Response> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: endpoint, stream, messages: [{ role: "user", content: words }] }),
  });
  await response.text();
  await server.server.house.gateway.recorder.flush();
  return response;
}

/** Prices of the three classes, USD per million. */
const costOf = (input: number, cached: number, output: number): string =>
  String(BigInt(8 * input * 1e6 + 3 * cached * 1e6 + 7 * output * 1e6));

test.each<[endpoint: string, stream: boolean, charged: [cost: string, above: number | null]]>([
  ["long", false, [costOf(20, 2, 30), 10]],
  ["long", true, [costOf(20, 2, 30), 10]],
  ["short", false, [costOf(10, 1, 20), null]],
  ["short", true, [costOf(10, 1, 20), null]],
])(
  "all of a call is charged by the length of its prompt, cached tokens with it: %s, stream %s",
  async (endpoint, stream, [cost, above]) => {
    const id = (await ask(endpoint, { stream })).headers.get("x-rollward-call") ?? "";
    const { body } = await server.ask("GET", `/api/calls/${id}`);
    expect(body).toMatchObject({
      cost_pico: cost,
      attempts: [{ cost_pico: cost, price_above: above }],
      cost: { lines_pico: cost, is_recorded: true },
      prompt_cache: { saved_pico: above === null ? "27000000" : "54000000" },
    });
    const { text } = await runRollward(server, ["calls", "show", id]);
    expect(text.includes("paid at the price of prompts above 10 tokens")).toBe(above !== null);
  },
);

test("a budget sets aside what a long prompt may cost, and no more than that for a short one", async () => {
  const [before, short] = [upstream.asked.length, await ask("poor")];
  // Some 1,200 tokens of a prompt and 100 of an answer at most: 0.015 USD at the first price.
  expect([short.status, upstream.asked.length]).toEqual([200, before + 1]);
  // 1,800 more: just above 3,000, some 0.034 USD at the first price and 0.067 at the second.
  const long = await ask("poor", { words: "a".repeat(2_000) });
  expect([long.status, upstream.asked.length]).toEqual([402, before + 1]);
  expect((await ask("poor", { words: "a".repeat(1_500) })).status).toBe(200);
});
