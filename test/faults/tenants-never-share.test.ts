import { afterEach, describe, expect, test } from "vitest";
import { startCountingUpstream } from "../fixtures/counting-upstream.ts";
import type { CountingUpstream } from "../fixtures/counting-upstream.ts";
import { startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const VALKEY_URL = process.env["ROLLWARD_TEST_VALKEY_URL"];

let upstream: CountingUpstream | null = null;
let running: RunningServer | null = null;

afterEach(async () => {
  for (const endpoint of ["own", "family"]) await running?.server.house.gateway.cache.cache.purge(endpoint);
  await running?.stop();
  await upstream?.close();
  [running, upstream] = [null, null];
});

async function start(valkeyUrl: string | undefined): Promise<RunningServer> {
  upstream = await startCountingUpstream();
  const cached = (shared: string): string => `
    models: [up/m-1]
    parameters: { temperature: 0 }
    cache: { ttl: 1h, stale_for: 1h, shared: ${shared} }`;
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
  own:${cached("key")}
  family:${cached("tenant")}
`,
  };
  const terms = { environment: { TEST_KEY: "sk-test" }, valkeyLimitMs: 5_000 };
  running = await startServer(files, valkeyUrl === undefined ? terms : { ...terms, valkeyUrl });
  return running;
}

async function keyOf(server: RunningServer, tenant: string | null): Promise<string> {
  const { body } = await server.ask("POST", "/api/keys", { name: "app", scopes: ["inference"], tenant });
  return (body as { readonly secret: string }).secret;
}

async function ask({ url }: RunningServer, key: string, model: string): Promise<string> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "What is my balance?" }] }),
  });
  const body = (await response.json()) as {
    readonly choices?: readonly { readonly message: { readonly content: string } }[];
  };
  return body.choices?.[0]?.message.content ?? `status ${response.status}`;
}

const PLACES = [
  ["in memory", undefined] as const,
  ...(VALKEY_URL === undefined ? [] : [["in Valkey", VALKEY_URL] as const]),
];

describe.each(PLACES)("two tenants with the same request, answers kept %s", (_, valkeyUrl) => {
  test("never share an answer, nor a call under way, nor an old answer in an outage", async () => {
    const server = await start(valkeyUrl);
    const acme = [await keyOf(server, "acme"), await keyOf(server, "acme")];
    const umbrella = [await keyOf(server, "umbrella"), await keyOf(server, "umbrella")];
    const nobody = await keyOf(server, null);
    // The tenants that share within themselves, and then keys that share with none.
    for (const [model, groups] of [
      ["family", [acme, umbrella, [nobody]]],
      ["own", [...acme, ...umbrella, nobody].map((key) => [key])],
    ] as const) {
      const before = upstream?.asked.length ?? 0;
      const release = upstream?.hold();
      const under = groups.map((keys) =>
        Promise.all(Array.from({ length: 12 }, (__, index) => ask(server, keys[index % keys.length] ?? "", model))),
      );
      await expect.poll(() => upstream?.asked.length, { timeout: 60_000 }).toBe(before + groups.length);
      await expect.poll(() => server.server.house.gateway.load.inFlight, { timeout: 60_000 }).toBe(12 * groups.length);
      release?.();
      const heard = (await Promise.all(under)).map((texts) => new Set(texts));
      // One call to the provider for each group, one answer for all in it, and none that two of them have seen.
      expect(heard.map((texts) => texts.size)).toEqual(groups.map(() => 1));
      expect(new Set(heard.flatMap((texts) => [...texts])).size).toBe(groups.length);
      expect(upstream?.asked.length).toBe(before + groups.length);
      for (const [index, keys] of groups.entries()) {
        for (const key of keys) expect(heard[index]?.has(await ask(server, key, model))).toBe(true);
      }
    }
    const late = await keyOf(server, "late");
    upstream?.script(null, null, null, null, null, null);
    expect(await ask(server, late, "family")).toMatch(/^status 5/);
  });
});
