import { afterEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import type { listProviders } from "../../src/contract/providers.ts";
import { startLimitingUpstream } from "../fixtures/limiting-upstream.ts";
import type { LimitingUpstream } from "../fixtures/limiting-upstream.ts";
import { runRollward } from "../fixtures/run-rollward.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Answer = z.output<typeof listProviders.answer>;

const KEYS = { KEY_ONE: "sk-one-11111111", KEY_TWO: "sk-two-22222222" };

let upstream: LimitingUpstream | null = null;
let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  await upstream?.close();
  running = null;
  upstream = null;
});

/** `sim` fails always, `up` has two keys and lets few calls in. */
async function start(): Promise<RunningServer> {
  upstream = await startLimitingUpstream({ limit: 2, windowMs: 60_000, refill: "at-once", tells: "openai" });
  running = await startServer(
    {
      "rollward.yaml": `${simulatedText(
        modelText("down-2026-01-01", { failures: "server_error: 100%" }),
        modelText("idle-2026-01-01"),
      )}
  up:
    kind: openai-compatible
    base_url: "${upstream.baseUrl}"
    key_env: [KEY_ONE, KEY_TWO]
    models: { m-1: { price: { input: 1, output: 2 } } }
endpoints:
  failing-bot:
    models: [sim/down-2026-01-01]
    retries: { attempts: 1 }
  faq:
    models: [up/m-1]
    retries: { attempts: 1, longest_wait: 0ms }
`,
    },
    { environment: KEYS },
  );
  return running;
}

async function call({ url }: RunningServer, model: string): Promise<number> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model, max_tokens: 20, messages: [{ role: "user", content: "Hello" }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

const providersOf = async (server: RunningServer): Promise<Answer> =>
  (await server.ask("GET", "/api/providers")).body as Answer;

const modelOf = ({ data }: Answer, name: string): Answer["data"][number]["models"][number] | undefined =>
  data.flatMap(({ provider, models }) => models.filter(({ model }) => `${provider}/${model}` === name))[0];

describe("the configured providers", () => {
  test("are there before anybody has asked them, with their kinds, models and keys by number", async () => {
    const answer = await providersOf(await start());
    expect(
      answer.data.map(({ provider, kind, keys }) => [provider, kind, keys.map(({ variable }) => variable)]),
    ).toEqual([
      ["sim", "simulated", [null]],
      ["up", "openai-compatible", ["KEY_ONE", "KEY_TWO"]],
    ]);
    const idle = { breaker: "closed", due: false, since: null, last_error: null, in_flight: 0, open_elsewhere: 0 };
    expect(answer.data[0]?.models).toEqual([
      { ...idle, model: "down-2026-01-01" },
      { ...idle, model: "idle-2026-01-01" },
    ]);
    expect(answer).toMatchObject({ server: expect.stringMatching(/^rep_/) as string, others: [] });
  });

  test("tell whose breaker is open, since when and after which error; the others stay as they are", async () => {
    const server = await start();
    const before = Date.now();
    for (let failed = 0; failed < 3; failed += 1) expect(await call(server, "failing-bot")).toBeGreaterThanOrEqual(500);
    await expect.poll(async () => modelOf(await providersOf(server), "sim/down-2026-01-01")?.breaker).toBe("open");
    const answer = await providersOf(server);
    const down = modelOf(answer, "sim/down-2026-01-01");
    expect(down?.last_error?.code).toBe("provider_error");
    for (const at of [down?.since, down?.last_error?.at]) {
      expect(Date.parse(at ?? "")).toBeGreaterThan(before - 1_000);
      expect(Date.parse(at ?? "")).toBeLessThan(Date.now() + 1_000);
    }
    expect(modelOf(answer, "sim/idle-2026-01-01")).toMatchObject({ breaker: "closed", last_error: null });
    const { text } = await runRollward(server, ["providers"]);
    expect(text).toMatch(/sim\/down-2026-01-01 +simulated +open +20\S+ +provider_error at 20/);
    expect(text).toContain(`As the server ${answer.server} sees it`);
  });

  test("tell which key rests and why, what was learnt of limits, and no secret", async () => {
    const server = await start();
    // Two calls with each key, and then both have nothing left.
    for (let each = 0; each < 4; each += 1) expect(await call(server, "faq")).toBe(200);
    await expect.poll(async () => (await providersOf(server)).data[1]?.limits.length).toBeGreaterThan(0);
    const { data } = await providersOf(server);
    expect(data[1]?.limits.map(({ key, left }) => [key, left])).toContainEqual([0, 0]);
    const { health } = server.server.house.gateway;
    const { clock } = server.server.house.gateway;
    health.find({ provider: "up", model: "m-1" })?.health.keys.refused(1, clock.elapsed());
    const keys = (await providersOf(server)).data[1]?.keys;
    expect(keys?.[1]).toMatchObject({ variable: "KEY_TWO", rests: [{ model: "m-1", why: "credentials" }] });
    const all = JSON.stringify(await providersOf(server));
    for (const secret of Object.values(KEYS)) expect(all).not.toContain(secret);
    const { text } = await runRollward(server, ["providers"]);
    expect(text).toMatch(/Key 1 \(KEY_TWO\) of up rests for m-1: it was refused, for another \d/);
  });

  test("count what other servers said of themselves a moment ago with the breakers", async () => {
    const server = await start();
    const { stores } = server.server.house;
    const sight = { signal: "provider-trouble", subject: { provider: "up", model: "m-1" }, value: 1 } as const;
    const place = { environment: "production", at: Date.now() - 1_000, looked: [sight.signal] };
    await stores.sightings.leave([{ ...place, replicaId: "rep_other", sights: [sight] }]);
    const answer = await providersOf(server);
    expect(answer.others).toMatchObject([{ server: "rep_other", open: ["up/m-1"] }]);
    expect(modelOf(answer, "up/m-1")).toMatchObject({ breaker: "closed", open_elsewhere: 1 });
    const { text } = await runRollward(server, ["providers"]);
    expect(text).toContain("closed (not closed on 1 other server)");
  });
});
