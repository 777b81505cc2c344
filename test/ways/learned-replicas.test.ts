import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { startLimitingUpstream } from "../fixtures/limiting-upstream.ts";
import type { LimitingTerms, LimitingUpstream } from "../fixtures/limiting-upstream.ts";
import { ADMIN_KEY, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { withinASecond } from "../fixtures/within-a-second.ts";

/** A Valkey or Redis server; the names used there hold the model, which is this test's own. */
const VALKEY_URL = process.env["ROLLWARD_TEST_VALKEY_URL"];

const REPLICAS = 3;

let upstream: LimitingUpstream | null = null;
let servers: RunningServer[] = [];

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await upstream?.close();
  servers = [];
  upstream = null;
});

async function start(
  terms: Partial<LimitingTerms>,
): Promise<{ readonly up: LimitingUpstream; readonly model: string }> {
  const up = await startLimitingUpstream({ limit: 3, windowMs: 60_000, refill: "at-once", tells: "openai", ...terms });
  upstream = up;
  const model = `m-${randomUUID()}`;
  for (let index = 0; index < REPLICAS; index += 1) {
    const files = {
      "rollward.yaml": `environment: production
providers:
  up: { kind: openai-compatible, base_url: "${up.baseUrl}", key_env: ${index === 1 ? "[KEY_TWO, KEY_ONE]" : "[KEY_ONE, KEY_TWO]"}, models: { ${model}: { price: { input: 1, output: 2 } } } }
endpoints:
  faq: { models: [up/${model}], retries: { longest_wait: 0ms } }
`,
    };
    const environment = { KEY_ONE: `one-${model}`, KEY_TWO: `two-${model}` };
    const valkey = VALKEY_URL === undefined ? {} : { valkeyUrl: VALKEY_URL, valkeyLimitMs: 5_000 };
    servers.push(await startServer(files, { environment, ...valkey }));
  }
  return { up, model };
}

async function ask(replica: number): Promise<number> {
  const response = await fetch(`${servers[replica]?.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "faq", max_tokens: 5, messages: [{ role: "user", content: "Hello" }] }),
  });
  await response.text();
  return response.status;
}

/** Whether a replica would ask nobody. */
function isResting(replica: number, model: string): boolean {
  const gateway = servers[replica]?.server.house.gateway;
  const known = gateway?.health.find({ provider: "up", model });
  return known !== undefined && gateway !== undefined && !known.health.keys.isReady(gateway.clock.elapsed());
}

describe.skipIf(VALKEY_URL === undefined)(
  "replicas and their provider's limits (set ROLLWARD_TEST_VALKEY_URL to run)",
  () => {
    test("what one has used up the others know within a second, whatever the order of their keys", async () => {
      const { up, model } = await start({});
      // Every replica has asked once, and so has a plan: each knows what its own calls were told.
      for (let replica = 0; replica < REPLICAS; replica += 1) expect(await ask(replica)).toBe(200);
      while (!isResting(0, model)) expect(await ask(0)).toBe(200);
      expect(up.refused()).toBe(0);
      await withinASecond(() => expect([1, 2].map((replica) => isResting(replica, model))).toEqual([true, true]));
      expect(await Promise.all([1, 2].map(ask))).toEqual([429, 429]);
      expect(up.refused()).toBe(0);
      expect(up.asked.length).toBe(6);
    });

    test("one that has never asked knows it before its first call", async () => {
      const { up, model } = await start({ limit: 1 });
      expect([await ask(0), await ask(0), await ask(0)]).toEqual([200, 200, 429]);
      const heard = (): readonly string[] => [...(servers[2]?.server.house.gateway.learned.counts().heard ?? [])];
      // Others use the same Valkey: what counts is this model, with both keys.
      await withinASecond(() => expect(heard().filter((name) => name.includes(`/${model}/`))).toHaveLength(2));
      expect(await ask(2)).toBe(429);
      expect(isResting(2, model)).toBe(true);
      expect(up.refused()).toBe(0);
    });

    test("a 429 that one was given is known to the others within a second", async () => {
      // It says nothing of what is left, but how long to wait.
      const { up, model } = await start({ limit: 1, tells: "nothing", retryAfter: "30" });
      expect(await ask(1)).toBe(200);
      for (let each = 0; each < 3; each += 1) await ask(0);
      expect(isResting(0, model)).toBe(true);
      const refused = up.refused();
      await withinASecond(() => expect(isResting(1, model)).toBe(true));
      expect(await ask(1)).toBe(429);
      expect(up.refused()).toBe(refused);
    });
  },
);
