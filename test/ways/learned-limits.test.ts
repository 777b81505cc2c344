import { appendFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import { runCli } from "../../src/cli/run-cli.ts";
import type { listLimits } from "../../src/contract/meters.ts";
import { startLimitingUpstream } from "../fixtures/limiting-upstream.ts";
import type { LimitingTerms, LimitingUpstream } from "../fixtures/limiting-upstream.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const KEYS = { KEY_ONE: "sk-one-11111111", KEY_TWO: "sk-two-22222222" };

let upstream: LimitingUpstream | null = null;
let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  await upstream?.close();
  running = null;
  upstream = null;
});

interface Scene extends Partial<LimitingTerms> {
  readonly keys?: string;
  readonly limits?: string;
  readonly kind?: string;
  /** Further lines of the endpoint. */
  readonly endpoint?: string;
}

async function start({ keys = "KEY_ONE", limits = "", kind, endpoint = "", ...terms }: Scene): Promise<RunningServer> {
  upstream = await startLimitingUpstream({
    limit: 5,
    windowMs: 60_000,
    refill: "at-once",
    tells: "openai",
    ...terms,
  });
  const { baseUrl } = upstream;
  const models = "{ m-1: { price: { input: 1, output: 2 } }, m-2: { price: { input: 1, output: 2 } } }";
  const one = (name: string, key: string, of = "openai-compatible"): string =>
    `  ${name}: { kind: ${of}, base_url: "${baseUrl}", key_env: ${key}, models: ${models} }\n`;
  const pool = `${one("east", "KEY_ONE")}${one("west", "KEY_TWO")}  up: { kind: pool, members: { east: 1, west: 1 } }\n`;
  running = await startServer(
    {
      "rollward.yaml": `environment: production
providers:
${kind === "pool" ? pool : one("up", keys, kind)}
endpoints:
  faq:
    models: [up/m-1]
    retries: { longest_wait: 0ms }
    ${endpoint}
${limits}`,
    },
    { environment: KEYS },
  );
  return running;
}

const up = (): LimitingUpstream => {
  if (upstream === null) throw new Error("There is no provider.");
  return upstream;
};

const call = ({ url }: RunningServer, more: object = {}, signal?: AbortSignal): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "faq", max_tokens: 20, messages: [{ role: "user", content: "Hello" }], ...more }),
    ...(signal !== undefined && { signal }),
  });

async function statuses(calls: readonly Promise<Response>[]): Promise<readonly number[]> {
  const answers = await Promise.all(calls);
  await Promise.all(answers.map((answer) => answer.text()));
  return answers.map(({ status }) => status);
}

const times = (count: number, of: () => Promise<Response>): readonly Promise<Response>[] =>
  Array.from({ length: count }, of);

const limitsOf = async (server: RunningServer): Promise<z.output<typeof listLimits.answer>> =>
  (await server.ask("GET", "/api/limits")).body as z.output<typeof listLimits.answer>;

describe("limits of providers", () => {
  test("of two keys the second is used when the first has nothing left, and nobody earns a 429", async () => {
    const server = await start({ keys: "[KEY_ONE, KEY_TWO]" });
    for (let each = 0; each < 10; each += 1) expect(await statuses([call(server)])).toEqual([200]);
    expect(up().served()).toEqual({ [KEYS.KEY_ONE]: 5, [KEYS.KEY_TWO]: 5 });
    const refused = await call(server);
    expect(refused.status).toBe(429);
    expect(await refused.text()).toContain("provider_rate_limited");
    const waitS = Number(refused.headers.get("retry-after"));
    expect(waitS).toBeGreaterThan(30);
    expect(waitS).toBeLessThanOrEqual(60);
    expect(up().asked.length).toBe(10);
    expect(up().refused()).toBe(0);
    const { learned } = await limitsOf(server);
    expect(learned).toMatchObject([
      { provider: "up", model: "m-1", key: 0, limit: "requests", size: 5, left: 0 },
      { provider: "up", model: "m-1", key: 1, limit: "requests", size: 5, left: 0 },
    ]);
  });

  test("of a pool the member is asked that has something left", async () => {
    const server = await start({ kind: "pool", limit: 3 });
    const answers: number[] = [];
    for (let each = 0; each < 7; each += 1) answers.push(...(await statuses([call(server)])));
    expect(answers).toEqual([200, 200, 200, 200, 200, 200, 429]);
    expect(up().served()).toEqual({ [KEYS.KEY_ONE]: 3, [KEYS.KEY_TWO]: 3 });
    expect(up().refused()).toBe(0);
  });

  test("calls under way count: of many at once only as many are sent as are left", async () => {
    const server = await start({ answerMs: 30 });
    expect(await statuses([call(server)])).toEqual([200]);
    const many = await statuses(times(20, () => call(server)));
    expect(many.filter((status) => status === 200).length).toBe(4);
    expect(up().asked.length).toBe(5);
    expect(up().refused()).toBe(0);
  });

  test("a bucket that refills is used as it refills", async () => {
    const server = await start({ limit: 300, refill: "evenly" });
    let ok = 0;
    for (let round = 0; round < 9; round += 1) {
      ok += (await statuses(times(50, () => call(server)))).filter((status) => status === 200).length;
    }
    expect(up().refused()).toBe(0);
    expect(ok).toBeGreaterThan(300);
  });

  test("Anthropic's limits are learnt from its dates", async () => {
    const server = await start({ kind: "anthropic", tells: "anthropic" });
    for (let each = 0; each < 5; each += 1) expect(await statuses([call(server)])).toEqual([200]);
    expect(await statuses([call(server)])).toEqual([429]);
    expect(up().asked.length).toBe(5);
  });

  test("the IETF's limits are learnt as well", async () => {
    const server = await start({ tells: "ietf", limit: 2 });
    expect(await statuses([call(server)])).toEqual([200]);
    expect(await statuses([call(server)])).toEqual([200]);
    expect(await statuses([call(server)])).toEqual([429]);
    expect(up().refused()).toBe(0);
  });

  test("a call that is larger than what is left is not sent, a smaller one is", async () => {
    const server = await start({ limit: 100, tokens: 1_000 });
    expect(await statuses([call(server, { max_tokens: 600 })])).toEqual([200]);
    expect(await statuses([call(server, { max_tokens: 500 })])).toEqual([429]);
    expect(await statuses([call(server, { max_tokens: 200 })])).toEqual([200]);
    expect(up().refused()).toBe(0);
  });

  test("another model is asked where the release has one", async () => {
    const server = await start({ limit: 1, endpoint: "fallbacks: { rate_limit: [up/m-2] }" });
    expect(await statuses([call(server)])).toEqual([200]);
    const second = await call(server);
    // The limit belongs to the key, but it was told for one model only: the other one is asked, and says so.
    expect(second.status).toBe(429);
    await second.text();
    expect(up().asked.map(({ model, ok }) => [model, ok])).toEqual([
      ["m-1", true],
      ["m-2", false],
    ]);
  });

  test.each([
    ["a year ahead", "8760h0m0s", 600],
    ["in the past", "0s", 1],
  ])("a reset %s is not believed", async (_, reset, mostS) => {
    const server = await start({ limit: 1, reset });
    expect(await statuses([call(server)])).toEqual([200]);
    const refused = await call(server);
    await refused.text();
    expect(refused.status).toBe(429);
    const waitS = Number(refused.headers.get("retry-after") ?? 0);
    expect(waitS).toBeLessThanOrEqual(mostS);
  });

  test("nothing is learnt where that is switched off", async () => {
    const server = await start({ limit: 1, limits: "limits: { learned: false }" });
    expect(await statuses([call(server)])).toEqual([200]);
    expect(await statuses([call(server)])).toEqual([429]);
    expect(up().refused()).toBe(1);
  });

  test("what was learnt no longer counts once that is switched off", async () => {
    const server = await start({ limit: 1 });
    expect(await statuses([call(server)])).toEqual([200]);
    expect(await statuses([call(server)])).toEqual([429]);
    expect(up().asked.length).toBe(1);
    appendFileSync(server.config, "limits: { learned: false }\n");
    const words = ["--url", server.url, "apply", server.config];
    expect(await runCli(words, { ROLLWARD_API_KEY: ADMIN_KEY }, () => {})).toBe(0);
    expect(await statuses([call(server)])).toEqual([429]);
    expect(up().asked.length).toBe(2);
    expect((await limitsOf(server)).learned).toEqual([]);
  });
});

describe("waiting for a provider", () => {
  const QUEUE = "limits: { queue: { wait: 20s } }";

  test("calls wait in the queue until the provider has something left, and are told how long", async () => {
    // All nine are made within one window, on a busy machine too.
    const server = await start({ limit: 3, windowMs: 4_000, limits: QUEUE });
    expect(await statuses([call(server)])).toEqual([200]);
    const answers = await Promise.all(times(8, () => call(server)));
    await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expect(up().refused()).toBe(0);
    const waited = answers.map(({ headers }) => Number(headers.get("x-rollward-queue-wait-ms") ?? 0));
    expect(waited.filter((ms) => ms === 0).length).toBe(2);
    expect(Math.max(...waited)).toBeGreaterThan(500);
    const depths = answers.map(({ headers }) => Number(headers.get("x-rollward-queue-depth") ?? 0));
    // Two that come in the same moment may hear of the same depth.
    expect(depths.filter((depth) => depth === 0).length).toBe(2);
    expect(Math.max(...depths)).toBe(6);
    expect(server.server.house.gateway.waiting.counts()).toEqual({ calls: 0, oldestMs: 0 });
  });

  test("a call that would wait longer is refused at once with the estimate, and nobody is asked", async () => {
    const server = await start({ limit: 1, limits: QUEUE });
    expect(await statuses([call(server)])).toEqual([200]);
    const refused = await call(server);
    await refused.text();
    expect(refused.status).toBe(429);
    expect(up().asked.length).toBe(1);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(20);
    expect(Number(refused.headers.get("x-rollward-queue-estimate-ms"))).toBeGreaterThan(20_000);
    expect(refused.headers.get("x-rollward-queue-depth")).toBe("0");
  });

  test("a client that leaves gives up its place, and the line is shown", async () => {
    const server = await start({ limit: 1, windowMs: 15_000, limits: QUEUE });
    expect(await statuses([call(server)])).toEqual([200]);
    const leaving = new AbortController();
    const left = call(server, {}, leaving.signal);
    const { waiting } = server.server.house.gateway;
    await expect.poll(() => waiting.counts().calls).toBe(1);
    const { queue } = await limitsOf(server);
    expect(queue).toMatchObject({ calls: 1, lines: [{ limit: "up/m-1", calls: 1 }] });
    expect(queue.lines[0]?.estimated_wait_ms).toBeGreaterThan(1_000);
    let said = "";
    const words = ["--url", server.url, "limits", "show"];
    expect(await runCli(words, { ROLLWARD_API_KEY: ADMIN_KEY }, (text) => (said += text))).toBe(0);
    expect(said).toMatch(/waiting for +calls +the first since +who comes now\s+up\/m-1 +1 /);
    expect(said).toMatch(/up\/m-1 +0 +requests +0 of 1 /);
    leaving.abort();
    await expect(left).rejects.toThrow("aborted");
    await expect.poll(() => waiting.counts().calls).toBe(0);
    expect(up().asked.length).toBe(1);
  });
});
