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
    models:
      m-1:
        price:
          input: 10
          cached_input: 1
          output: 20
          tiers: { flex: { input: 5, cached_input: 0.5, output: 10 }, priority: { input: 20, cached_input: 2, output: 40 } }
endpoints:
  bot:
    models: [up/m-1]
    retries: { attempts: 1 }
  small:
    models: [up/m-1]
    parameters: { max_tokens: 100 }
    retries: { attempts: 1 }
  thrifty:
    models: [up/m-1]
    parameters: { service_tier: flex, max_tokens: 100 }
    retries: { attempts: 1 }
budgets:
  small: { per: endpoint, window: total, amount: 0.02, only: { endpoints: [small, thrifty] } }
`,
    },
    { environment: { TEST_KEY: "sk-test" } },
  );
});

afterAll(async () => {
  await server.stop();
  await upstream.close();
});

interface Asked {
  readonly endpoint?: string;
  readonly stream?: boolean;
  readonly tier?: string;
  readonly path?: string;
}

function send(
  { endpoint = "bot", stream = false, tier, path = "chat/completions" }: Asked,
  signal: AbortSignal | null = null,
): Promise<Response> {
  const messages = [{ role: "user", content: "Hello" }];
  return fetch(`${server.url}/v1/${path}`, {
    method: "POST",
    signal,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: endpoint,
      stream,
      ...(endpoint === "bot" && { max_tokens: 100 }),
      ...(tier !== undefined && { service_tier: tier }),
      messages,
    }),
  });
}

async function ask(asked: Asked) {
  const response = await send(asked);
  await response.text();
  expect(response.status).toBe(200);
  const id = response.headers.get("x-rollward-call") ?? response.headers.get("request-id") ?? "";
  await server.server.house.gateway.recorder.flush();
  const { body } = await server.ask("GET", `/api/calls/${id}`);
  return body as { readonly cost_pico: string; readonly usage: Readonly<Record<string, unknown>> };
}

/** 8 plain tokens, 3 cached ones and 7 of the answer, by prices per million. */
const costOf = (input: number, cached: number, output: number): string =>
  String(BigInt(8 * input * 1e6 + 3 * cached * 1e6 + 7 * output * 1e6));

test.each([
  ["flex", { stream: false }, costOf(5, 0.5, 10)],
  ["flex", { stream: true }, costOf(5, 0.5, 10)],
  ["priority", { stream: false }, costOf(20, 2, 40)],
  ["priority", { stream: true }, costOf(20, 2, 40)],
  ["priority", { path: "messages" }, costOf(20, 2, 40)],
  ["default", { stream: false }, costOf(10, 1, 20)],
  ["scale", { stream: false }, costOf(10, 1, 20)],
])("an answer that names the tier %s costs what it costs there, %o", async (tier, asked, cost) => {
  upstream.script({ message: { content: "Hello." }, tier });
  const call = await ask(asked);
  expect(call.cost_pico).toBe(cost);
  expect(call.usage).toMatchObject({ service_tier: tier === "flex" || tier === "priority" ? tier : null });
});

test("what was asked for does not count: the tier that the answer names does", async () => {
  upstream.script({ message: { content: "Hello." }, tier: "default" });
  expect((await ask({ tier: "priority" })).cost_pico).toBe(costOf(10, 1, 20));
});

test("an answer that nobody waited for is charged at the tier that was asked for", async () => {
  const costOfLeaving = async (tier: string): Promise<bigint> => {
    const [letAnswer, arrived, leaving] = [upstream.hold(), upstream.nextRequest(), new AbortController()];
    const left = send({ stream: true, tier }, leaving.signal).catch(() => null);
    const { over } = await arrived;
    leaving.abort();
    await left;
    expect(await over).toEqual({ whole: false });
    letAnswer();
    const { gateway } = server.server.house;
    await expect.poll(() => gateway.load.inFlight).toBe(0);
    await gateway.recorder.flush();
    const { body } = await server.ask("GET", "/api/calls?limit=1");
    const [call] = (body as { data: readonly { outcome: string; cost_pico: string }[] }).data;
    expect(call?.outcome).toBe("abandoned");
    return BigInt(call?.cost_pico ?? 0);
  };
  const standard = await costOfLeaving("default");
  // The longer name of the tier is itself some bytes of the request.
  expect(Number(await costOfLeaving("priority")) / Number(standard)).toBeCloseTo(2, 0);
  expect(Number(await costOfLeaving("flex")) / Number(standard)).toBeCloseTo(0.5, 1);
});

test("an answer that names no tier costs the standard price", async () => {
  expect((await ask({})).cost_pico).toBe(costOf(10, 1, 20));
});

test("a budget sets aside the dearest tier that may answer", async () => {
  const statusOf = async (endpoint: string, tier?: string): Promise<number> => {
    upstream.script({ message: { content: "Hello." }, tier: "default" });
    return (await send({ endpoint, ...(tier !== undefined && { tier }) })).status;
  };
  // At the standard price the worst case costs some 0.014 USD, at the priority price twice as much.
  expect(await statusOf("small", "default")).toBe(200);
  expect(await statusOf("small", "flex")).toBe(200);
  expect(await statusOf("small", "priority")).toBe(402);
  expect(await statusOf("small")).toBe(402);
  expect(await statusOf("thrifty")).toBe(200);
});
