import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCountingUpstream } from "../fixtures/counting-upstream.ts";
import type { CountingUpstream } from "../fixtures/counting-upstream.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

/** A Valkey or Redis server; the names used there hold the digest of a release with this test's own addresses. */
const VALKEY_URL = process.env["ROLLWARD_TEST_VALKEY_URL"];

const REPLICAS = 3;

describe.skipIf(VALKEY_URL === undefined)("replicas on one Valkey (set ROLLWARD_TEST_VALKEY_URL to run)", () => {
  let upstream: CountingUpstream;
  let servers: RunningServer[];

  beforeAll(async () => {
    upstream = await startCountingUpstream();
    const files = {
      "rollward.yaml": `environment: test-${upstream.baseUrl.replaceAll(/\D/g, "")}
providers:
  up:
    kind: openai-compatible
    base_url: ${upstream.baseUrl}
    key_env: TEST_KEY
    allow_private: true
    breaker: false
    models:
      m-1: { price: { input: 1, output: 2 } }
endpoints:
  faq:
    models: [up/m-1]
    parameters: { temperature: 0 }
    retries: { attempts: 1 }
    cache: { ttl: 1m, stale_for: 1m, shared: endpoint }
`,
    };
    servers = [];
    for (let index = 0; index < REPLICAS; index += 1) {
      const terms = {
        environment: { TEST_KEY: "sk-test" },
        ...(VALKEY_URL !== undefined && { valkeyUrl: VALKEY_URL, valkeyLimitMs: 5_000 }),
      };
      servers.push(await startServer(files, terms));
    }
  });

  afterAll(async () => {
    for (const server of servers) await server.server.house.gateway.cache.purge("faq");
    await Promise.all(servers.map((server) => server.stop()));
    await upstream.close();
  });

  const hear = async (replica: number, content: string) => {
    const client = new OpenAI({ baseURL: `${servers[replica]?.url}/v1`, apiKey: ADMIN_KEY, maxRetries: 0 });
    const { data, response } = await client.chat.completions
      .create({ model: "faq", messages: [{ role: "user", content }] })
      .withResponse();
    return { text: data.choices[0]?.message.content, cache: response.headers.get("x-rollward-cache") };
  };

  const waiting = async (count: number): Promise<void> => {
    const inFlight = (): number => servers.reduce((sum, { server }) => sum + server.house.gateway.load.inFlight, 0);
    await expect.poll(inFlight, { timeout: 60_000 }).toBeGreaterThanOrEqual(count);
  };

  test("what one has asked, the others give again", async () => {
    const first = await hear(0, "Once?");
    const again = await hear(1, "Once?");
    expect(again).toEqual({ text: first.text, cache: "hit" });
  });

  test("identical calls at all of them make one call to the provider", async () => {
    const before = upstream.asked.length;
    const release = upstream.hold();
    const all = Promise.all(Array.from({ length: 500 }, (_, index) => hear(index % REPLICAS, "All at once?")));
    await upstream.nextRequest();
    await waiting(500);
    release();
    const heard = await all;
    expect(upstream.asked.length).toBe(before + 1);
    expect(new Set(heard.map(({ text }) => text)).size).toBe(1);
  });

  test("an answer that may not be kept sends the other replicas to the provider", async () => {
    const before = upstream.asked.length;
    const said = { message: { content: "Half of" }, finish: "length" };
    upstream.script(said, said, said);
    const release = upstream.hold();
    const all = Promise.all([0, 1, 2].map((replica) => hear(replica, "Truncated?")));
    await upstream.nextRequest();
    await waiting(3);
    release();
    expect((await all).map(({ cache }) => cache)).toEqual(["miss", "miss", "miss"]);
    expect(upstream.asked.length).toBe(before + 3);
  });

  test("what is purged at one is gone at all", async () => {
    await hear(0, "Purged?");
    const { body } = await (servers[1] as RunningServer).ask("DELETE", "/api/endpoints/faq/cache");
    expect((body as { purged: number }).purged).toBeGreaterThanOrEqual(1);
    expect((await hear(2, "Purged?")).cache).toBe("miss");
  });
});
