import { afterEach, describe, expect, test } from "vitest";
import { startCountingUpstream } from "../fixtures/counting-upstream.ts";
import type { CountingUpstream } from "../fixtures/counting-upstream.ts";
import { startFreezableProxy } from "../fixtures/freezable-proxy.ts";
import type { FreezableProxy } from "../fixtures/freezable-proxy.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { SlowCalls } from "../fixtures/slow-calls.ts";

const VALKEY_URL = process.env["ROLLWARD_TEST_VALKEY_URL"];

/** Calls made while the cache does not answer. */
const CALLS = 200;

let upstream: CountingUpstream | null = null;
let proxy: FreezableProxy | null = null;
let running: RunningServer | null = null;

afterEach(async () => {
  proxy?.thaw();
  await running?.stop();
  await proxy?.close();
  await upstream?.close();
});

async function call({ url }: RunningServer, content: string): Promise<string | null> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "faq", messages: [{ role: "user", content }] }),
  });
  await response.arrayBuffer();
  return response.status === 200 ? response.headers.get("x-rollward-cache") : `status ${response.status}`;
}

describe.skipIf(VALKEY_URL === undefined)("a Valkey that freezes (set ROLLWARD_TEST_VALKEY_URL to run)", () => {
  test("fails no call, is asked once a second, and serves again when it is back", async () => {
    upstream = await startCountingUpstream();
    const target = new URL(VALKEY_URL ?? "");
    proxy = await startFreezableProxy(target.hostname, Number(target.port || 6379));
    target.hostname = "127.0.0.1";
    target.port = String(proxy.port);
    running = await startServer(
      {
        "rollward.yaml": `environment: frozen-${proxy.port}
providers:
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
    cache: { ttl: 1m }
`,
      },
      { environment: { TEST_KEY: "sk-test" }, valkeyUrl: target.href },
    );
    const warm = running;
    await expect.poll(() => call(warm, "Warm?"), { timeout: 60_000 }).toBe("hit");

    const slow = new SlowCalls();
    for (let made = 0; made < 100; made += 20) {
      await Promise.all(Array.from({ length: 20 }, () => slow.usual(() => call(warm, "Warm?"))));
    }

    proxy.freeze();
    const heard: (string | null)[] = [];
    for (let made = 0; made < CALLS; made += 20) {
      heard.push(...(await Promise.all(Array.from({ length: 20 }, () => slow.during(() => call(warm, "Warm?"))))));
    }
    expect(slow.longerThan(1_000)).toBe(0);
    expect(heard.filter((status) => status !== "miss" && status !== "hit")).toEqual([]);
    // Identical calls still share one answer, in this process.
    expect(heard.filter((status) => status === "hit").length).toBeGreaterThan(CALLS / 2);
    const { cache } = running.server.house.gateway.cache;
    expect(cache.counts().failed).toBeGreaterThan(0);

    proxy.thaw();
    const server = running;
    await expect.poll(() => call(server, "Warm?"), { timeout: 60_000 }).toBe("hit");
    await cache.purge("faq");
  });
});
