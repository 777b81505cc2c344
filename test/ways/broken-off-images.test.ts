import { afterAll, beforeAll, expect, test } from "vitest";
import { startCountingUpstream } from "../fixtures/counting-upstream.ts";
import type { CountingUpstream } from "../fixtures/counting-upstream.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let upstream: CountingUpstream;
let server: RunningServer;

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
    models: { m-1: { price: { input: 10, output: 20 } } }
endpoints: { bot: { models: [up/m-1], retries: { attempts: 1 } } }
budgets: { small: { per: endpoint, window: total, amount: 0.5 } }
`,
    },
    { environment: { TEST_KEY: "sk-test" } },
  );
});

afterAll(async () => {
  await server.stop();
  await upstream.close();
});

/** Sends an image of 3 MB and leaves before a word of the answer. */
async function leave(stream: boolean): Promise<void> {
  const [letAnswer, arrived, leaving] = [upstream.hold(), upstream.nextRequest(), new AbortController()];
  const url = `data:image/png;base64,${Buffer.alloc(3_000_000, 7).toString("base64")}`;
  const content = [
    { type: "text", text: "What is it?" },
    { type: "image_url", image_url: { url } },
  ];
  const left = fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    signal: leaving.signal,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "bot", stream, max_tokens: 100, messages: [{ role: "user", content }] }),
  }).catch(() => null);
  const { over } = await arrived;
  leaving.abort();
  await left;
  expect(await over).toEqual({ whole: false });
  letAnswer();
  const { gateway } = server.server.house;
  await expect.poll(() => gateway.load.inFlight).toBe(0);
  await gateway.recorder.flush();
}

test.each([false, true])(
  "an image of a call that is broken off costs what images cost, and no more than was set aside: streamed %s",
  async (stream) => {
    await leave(stream);
    const { body } = await server.ask("GET", "/api/calls?limit=1");
    const [call] = (body as { data: readonly { outcome: string; cost_pico: string }[] }).data;
    expect(call?.outcome).toBe("abandoned");
    expect(Number(call?.cost_pico) / 1e12).toBeGreaterThan(0.01);
    expect(Number(call?.cost_pico) / 1e12).toBeLessThan(0.1);
  },
);
