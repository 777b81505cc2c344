import { Redis } from "ioredis";
import { afterEach, describe, expect, test } from "vitest";
import { startCountingUpstream } from "../fixtures/counting-upstream.ts";
import type { CountingUpstream } from "../fixtures/counting-upstream.ts";
import { startRedis, valkeyProgram } from "../fixtures/own-servers.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

/** What a bucket lets in at once; in the time of a test it refills by less than one. */
const BURST = 30;

let upstream: CountingUpstream | null = null;
let redis: Awaited<ReturnType<typeof startRedis>> | null = null;
const servers: RunningServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await upstream?.close();
  redis?.stop();
  [upstream, redis] = [null, null];
});

async function start(count: number, limits = ""): Promise<readonly RunningServer[]> {
  upstream = await startCountingUpstream();
  redis = await startRedis();
  const files = {
    "rollward.yaml": `providers:
  up:
    kind: openai-compatible
    base_url: ${upstream.baseUrl}
    key_env: TEST_KEY
    allow_private: true
    models:
      m-1: { price: { input: 1, output: 2 } }
endpoints:
  faq:
    models: [up/m-1]
    parameters: { temperature: 0 }
    cache: { ttl: 1h }
${limits}`,
  };
  for (let each = 0; each < count; each += 1) {
    const terms = { environment: { TEST_KEY: "sk-test" }, valkeyUrl: redis.url, valkeyLimitMs: 500 };
    servers.push(await startServer(files, terms));
  }
  return servers;
}

async function call(server: RunningServer | undefined, content: string) {
  const response = await fetch(`${server?.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "faq", messages: [{ role: "user", content }] }),
  });
  const body = (await response.json()) as {
    readonly choices?: readonly { readonly message: { readonly content: string } }[];
  };
  return {
    status: response.status,
    cache: response.headers.get("x-rollward-cache"),
    text: body.choices?.[0]?.message.content ?? null,
  };
}

/** Calls without a pause until it is told to stop; the statuses that it met. */
function load(
  all: readonly RunningServer[],
  name: string,
): { untilRefused(): Promise<void>; stop(): Promise<readonly number[]> } {
  const state = { isOver: false };
  const statuses: number[] = [];
  const client = async (index: number): Promise<void> => {
    for (let turn = 0; !state.isOver; turn += 1) {
      statuses.push((await call(all[index % all.length], `${name} ${index} ${turn}`)).status);
    }
  };
  const clients = Array.from({ length: 6 }, (_, index) => client(index));
  return {
    /** Until the last ten calls in a row were refused. */
    async untilRefused() {
      const from = statuses.length;
      const isRefused = (): boolean =>
        statuses.length >= from + 10 && statuses.slice(-10).every((status) => status === 429);
      await expect.poll(isRefused, { timeout: 60_000, interval: 5 }).toBe(true);
    },
    async stop() {
      state.isOver = true;
      await Promise.all(clients);
      return statuses;
    },
  };
}

const emptied = async (url: string): Promise<void> => {
  const client = new Redis(url);
  await client.flushall();
  client.disconnect();
};

/** Places under caps that Valkey knows to be taken. */
async function placesIn(url: string): Promise<number> {
  const client = new Redis(url);
  try {
    let places = 0;
    for (const name of await client.keys("{rollward:limits}:*")) {
      if ((await client.type(name)) !== "hash") continue;
      for (const held of await client.hvals(name)) places += Number(held);
    }
    return places;
  } finally {
    client.disconnect();
  }
}

const goesOn = async (all: readonly RunningServer[], name: string): Promise<void> => {
  for (const [index, server] of all.entries()) expect((await call(server, `${name} ${index}`)).status).toBe(200);
};

describe.runIf(valkeyProgram() !== null)("a Valkey that loses its data under load", () => {
  test("emptied or restarted, it fails no call, and answers are kept again", async () => {
    const all = await start(2);
    const [one, other] = all;
    await call(one, "Kept?");
    expect((await call(other, "Kept?")).cache).toBe("hit");
    const running = load(all, "under way");
    await emptied(redis?.url ?? "");
    expect(["miss", "hit"]).toContain((await call(other, "Kept?")).cache);
    await expect.poll(async () => (await call(one, "Kept?")).cache, { timeout: 60_000 }).toBe("hit");
    const port = redis?.port;
    redis?.stop();
    await goesOn(all, "without");
    redis = await startRedis(port);
    await expect.poll(async () => (await call(one, "Again?")).cache, { timeout: 60_000 }).toBe("hit");
    await expect.poll(async () => (await call(other, "Again?")).cache, { timeout: 60_000 }).toBe("hit");
    const statuses = await running.stop();
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(statuses.length).toBeGreaterThan(20);
  });

  test("its limits let in one burst more each time that they are lost, never more, and are shared again", async () => {
    const all = await start(2, `limits: { rates: { all: { per: environment, requests: 3000/d, burst: ${BURST} } } }\n`);
    const losses = 3;
    const running = load(all, "limited");
    await running.untilRefused();
    for (let loss = 0; loss < losses; loss += 1) {
      await emptied(redis?.url ?? "");
      await running.untilRefused();
    }
    const statuses = await running.stop();
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    const admitted = statuses.filter((status) => status === 200).length;
    // Each server may hold a two-hundredth ahead.
    expect(admitted).toBeLessThanOrEqual(BURST * (1 + losses) + 2 * 15);
    expect(admitted).toBeGreaterThanOrEqual(BURST);
    expect(all.every(({ server }) => server.house.gateway.limiter.counts().shared)).toBe(true);
  });

  test("the places under a cap are counted right again", async () => {
    const all = await start(2, "limits: { rates: { all: { per: environment, concurrent: 4 } } }\n");
    const release = upstream?.hold() ?? (() => {});
    const first = [call(all[0], "place 1"), call(all[1], "place 2")];
    await expect.poll(() => upstream?.asked.length, { timeout: 60_000 }).toBe(2);
    await emptied(redis?.url ?? "");
    // Told again within half a second: what is taken stays taken.
    await expect
      .poll(() => all.map(({ server }) => server.house.gateway.limiter.counts().shared))
      .toEqual([true, true]);
    await expect.poll(() => placesIn(redis?.url ?? ""), { timeout: 60_000 }).toBeGreaterThanOrEqual(2);
    const over: number[] = [];
    const more = Array.from({ length: 6 }, (_, index) => call(all[index % 2], `more ${index}`));
    for (const one of more) void one.then(({ status }) => over.push(status));
    // The other two have their places and wait for the model.
    await expect.poll(() => over, { timeout: 60_000 }).toEqual([429, 429, 429, 429]);
    await expect.poll(() => upstream?.asked.length, { timeout: 60_000 }).toBe(4);
    release();
    expect((await Promise.all([...first, ...more])).filter(({ status }) => status === 200)).toHaveLength(4);
  });

  test("what others wrote where an answer lies is no answer: it is removed, and the model is asked", async () => {
    const [one, other] = await start(2);
    const client = new Redis(redis?.url ?? "");
    await call(one, "Poisoned?");
    const [name = ""] = await client.keys("rollward:cache:faq:*");
    const good = (await client.get(name)) ?? "";
    const poisons: readonly (() => Promise<unknown>)[] = [
      () => client.set(name, Buffer.from([0xff, 0xfe, 0x00, 0x80])),
      () => client.set(name, good.slice(0, -7)),
      () => client.set(name, good.replaceAll("Answer", "Answer\u0000").replace('"key":"', '"key":"0')),
      () => client.set(name, `[${"[".repeat(200_000)}`),
      () => client.set(name, "x".repeat(8 * 1_024 * 1_024)),
      () => client.set(name, '{"__proto__":{"format":"rollward.answer/1"}}'),
      () => client.del(name).then(() => client.lpush(name, "a list")),
      () => client.del(name).then(() => client.hset(name, "a", "hash")),
    ];
    let before = (await call(other, "Poisoned?")).text;
    for (const poison of poisons) {
      await poison();
      const heard = await call(other, "Poisoned?");
      expect([heard.status, heard.cache]).toEqual([200, "miss"]);
      expect(heard.text).not.toBe(before);
      before = heard.text;
      await expect.poll(async () => (await call(one, "Poisoned?")).cache, { timeout: 60_000 }).toBe("hit");
      expect((await call(one, "Poisoned?")).text).not.toBe(null);
    }
    client.disconnect();
  });
});
