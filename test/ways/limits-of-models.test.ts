import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import { sendProject } from "../../src/cli/send-project.ts";
import type { showCall } from "../../src/contract/calls.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

/** A Valkey or Redis server; the names used there hold the limit, which is this test's own. */
const VALKEY_URL = process.env["ROLLWARD_TEST_VALKEY_URL"];

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

const MODELS = simulatedText(
  modelText("one-2026-01-01"),
  modelText("two-2026-01-01"),
  modelText("three-2026-01-01"),
  modelText("down-2026-01-01", { failures: "server_error: 100%" }),
  modelText("cut-2026-01-01", { failures: "cut: 100%" }),
  modelText("late-2026-01-01", { firstToken: "300ms" }),
  modelText("slow-2026-01-01", { firstToken: "60s" }),
).replace("environment: production\n", "");

/** `models` are those of the endpoint `bot`, by their first word. */
const project = (models: string, limits: string, more = ""): Readonly<Record<string, string>> => ({
  "rollward.yaml": `environment: production
${MODELS}
  other: { kind: simulated, models: { one-2026-01-01: { price: { input: 1, output: 2 } } } }
  both: { kind: pool, members: { sim: 1, other: 1 } }
  broken:
    kind: simulated
    models: { one-2026-01-01: { price: { input: 1, output: 2 }, failures: { server_error: 100% } } }
  shaky: { kind: pool, members: { broken: 1000, other: 1 } }
endpoints:
  bot:
    models: [${chain(models)}]${more}
  two:
    models: [sim/two-2026-01-01]
limits:
  rates:
    provider: ${limits}
`,
});

const chain = (models: string): string =>
  models
    .split(" ")
    .map((name) => (name.includes("/") ? `${name}-2026-01-01` : `sim/${name}-2026-01-01`))
    .join(", ");

async function start(models: string, limits: string, more = ""): Promise<RunningServer> {
  running = await startServer(project(models, limits, more));
  return running;
}

interface Asked {
  readonly model?: string;
  readonly preview?: string;
  readonly stream?: boolean;
  readonly signal?: AbortSignal;
}

const ask = (
  { url }: RunningServer,
  { model = "bot", preview, stream = false, signal }: Asked = {},
): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      ...(preview !== undefined && { "x-rollward-preview": preview }),
    },
    body: JSON.stringify({ model, stream, max_tokens: 100, messages: [{ role: "user", content: "Hello" }] }),
    ...(signal !== undefined && { signal }),
  });

interface Answered {
  readonly status: number;
  readonly text: string;
  readonly tier: string | null;
  readonly headers: Headers;
}

async function answer(server: RunningServer, asked: Asked = {}): Promise<Answered> {
  const response = await ask(server, asked);
  // A stream that breaks off ends with an error of its own.
  const text = await response.text();
  return { status: response.status, text, tier: response.headers.get("x-rollward-tier"), headers: response.headers };
}

async function attemptsOf(server: RunningServer, { headers }: Answered): Promise<readonly unknown[]> {
  await server.server.house.gateway.recorder.flush();
  const { body } = await server.ask("GET", `/api/calls/${headers.get("x-rollward-call")}`);
  const { attempts } = body as z.output<typeof showCall.answer>;
  return attempts.map(({ model, end, error }) => [model.split("-")[0], end, error?.code ?? null]);
}

/** Subjects of which something is taken: a cap alone keeps none that has nobody under way. */
const taken = ({ server }: RunningServer): number => server.house.gateway.limiter.counts().meters;

const ONCE = "{ per: model, requests: 60/h, burst: 1 }";
const IN_PREVIEW = "\n    rollout: { strategy: blue_green, holdback: 0%, drain: 0s }";

describe("limits that go by the model", () => {
  test("count the model of the release that serves, also that of a candidate", async () => {
    const server = await start("one", ONCE, IN_PREVIEW);
    expect((await answer(server)).status).toBe(200);
    expect((await answer(server)).status).toBe(429);
    const path = writeProject(project("two", ONCE, IN_PREVIEW));
    const applied = await sendProject({ url: server.url, key: ADMIN_KEY }, { path, dryRun: false, origin: {} });
    const preview = applied.endpoints.find(({ rollout }) => rollout != null)?.rollout ?? "none";
    const state = async (): Promise<unknown> => (await server.ask("GET", `/api/rollouts/${preview}`)).body;
    await expect.poll(state).toMatchObject({ state: "ramping" });
    const seen = await answer(server, { preview });
    expect([seen.status, seen.headers.get("x-rollward-arm")]).toEqual([200, "candidate"]);
    expect((await answer(server, { model: "two" })).status).toBe(429);
    const refused = await answer(server, { preview });
    expect(refused.status).toBe(429);
    expect(refused.text).toContain("The limit provider is reached: 60 requests in 3600 s for each model.");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(50);
    expect(refused.headers.get("ratelimit")).toContain('"provider";r=0;');
  });

  test("count a call once for its first model, also where that is asked again", async () => {
    const server = await start(
      "down",
      "{ per: model, requests: 60/h, burst: 2 }",
      "\n    retries: { attempts: 2, longest_wait: 0ms }",
    );
    const answers = [await answer(server), await answer(server), await answer(server)];
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 429]);
    const [first = expect.unreachable("There are three.")] = answers;
    expect(await attemptsOf(server, first)).toHaveLength(2);
  });

  test("count the model that routing has chosen", async () => {
    const routing = `
    routing:
      routes: { cheap: sim/one-2026-01-01, strong: sim/two-2026-01-01 }
      strategy: rules
      rules: [{ route: strong, when: { labels: { plan: [gold] } } }]
      otherwise: strong
      explore: 0`;
    const server = await start(
      "one two",
      "{ per: model, requests: 60/h, burst: 1, only: { models: [sim/two-2026-01-01] } }",
      routing,
    );
    expect(await answer(server)).toMatchObject({ status: 200 });
    expect((await answer(server, { model: "two" })).status).toBe(429);
  });

  test("count a fallback, which is passed over where it has no room", async () => {
    const server = await start(
      "down two three",
      "{ per: model, requests: 60/h, burst: 1, only: { models: [sim/two-2026-01-01] } }",
    );
    expect(await answer(server)).toMatchObject({ status: 200, tier: "fallback:1" });
    expect((await answer(server, { model: "two" })).status).toBe(429);
    const over = await answer(server);
    expect(over).toMatchObject({ status: 200, tier: "fallback:2" });
    expect((await attemptsOf(server, over)).slice(1)).toEqual([
      ["two", "skipped", "rate_limited"],
      ["three", "answered", null],
    ]);
    const { load } = server.server.house.gateway;
    expect([load.limited, load.limitedBy.get("provider")]).toEqual([1, 1]);
  });

  test("let the next model of the chain answer for a first one without room, until none is left", async () => {
    const server = await start("one two", ONCE);
    expect(await answer(server)).toMatchObject({ status: 200, tier: "primary" });
    expect(await answer(server)).toMatchObject({ status: 200, tier: "fallback:1" });
    const refused = await answer(server);
    expect(refused.status).toBe(429);
    expect(refused.text).toContain("The limit provider is reached");
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(50);
    expect(server.server.house.gateway.load.limited).toBe(1);
  });

  test("take tokens at each model that is asked, and keep what its attempt used", async () => {
    const server = await start("down two", "{ per: model, tokens: 100k/d, burst_tokens: 2000 }");
    const left = ({ headers }: Answered): number => Number(headers.get("x-ratelimit-remaining-tokens"));
    const first = await answer(server);
    const { usage } = JSON.parse(first.text) as { usage: { total_tokens: number } };
    const direct = await answer(server, { model: "two" });
    expect(left(first) - left(direct)).toBeGreaterThan(usage.total_tokens - 100 - 5);
    expect(left(first) - left(direct)).toBeLessThanOrEqual(usage.total_tokens);
    // What failed before it was read has used nothing.
    const again = await answer(server, { model: "sim/down-2026-01-01" });
    expect(left(again)).toBeGreaterThan(2_000 - 200);
  });

  test("of a pool its members are counted, or all of them together where the limit names the pool", async () => {
    const each = await start("both/one", ONCE);
    const answers = [await answer(each), await answer(each), await answer(each)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    await each.stop();
    const together = await start(
      "both/one",
      "{ per: model, requests: 60/h, burst: 1, only: { models: [both/one-2026-01-01] } }",
    );
    expect([(await answer(together)).status, (await answer(together)).status]).toEqual([200, 429]);
  });

  /** Nearly all calls come to the broken one first. */
  const OF_SHAKY = "only: { models: [shaky/one-2026-01-01] }";

  test("count a call once that goes on to another member of the pool which they name", async () => {
    const server = await start("shaky/one", `{ per: model, requests: 60/h, burst: 2, concurrent: 1, ${OF_SHAKY} }`);
    const answers = [await answer(server), await answer(server), await answer(server)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  });

  test("let such a call go on to another member while others wait for the pool", async () => {
    const server = await start(
      "shaky/one",
      `{ per: model, requests: 20/s, burst: 1, ${OF_SHAKY} }\n  queue: { wait: 5s }`,
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => answer(server)));
    expect(answers.map(({ status, tier }) => [status, tier])).toEqual(
      Array.from({ length: 5 }, () => [200, "primary"]),
    );
    expect(server.server.house.gateway.load.limited).toBe(0);
  });

  test("let no second request of a hedge that has no room use up the retries of its model", async () => {
    const server = await start(
      "late two",
      "{ per: model, requests: 60/h, burst: 1, only: { models: [sim/two-2026-01-01] } }",
      "\n    hedge: { after: 20ms }",
    );
    expect((await answer(server, { model: "two" })).status).toBe(200);
    expect(await answer(server, { stream: true })).toMatchObject({ status: 200, tier: "primary" });
    const two = { provider: "sim", model: "two-2026-01-01" };
    expect(server.server.house.gateway.health.find(two)?.health.budget.tokens).toBe(20);
  });

  test("make calls wait for their first model where there is a queue", async () => {
    const server = await start("one two", "{ per: model, requests: 20/s, burst: 1 }\n  queue: { wait: 5s }");
    const answers = await Promise.all(Array.from({ length: 5 }, () => answer(server)));
    expect(answers.map(({ status, tier }) => [status, tier])).toEqual(
      Array.from({ length: 5 }, () => [200, "primary"]),
    );
    expect(server.server.house.gateway.waiting.counts()).toEqual({ calls: 0, oldestMs: 0 });
  });
});

describe("places under a cap by the model", () => {
  const CAP = "{ per: model, concurrent: 1 }";

  test("are free again when a client leaves, at the first model and at a fallback", async () => {
    const server = await start("down slow", CAP);
    const leaving = new AbortController();
    const left = ask(server, { signal: leaving.signal, stream: true });
    const slow = { provider: "sim", model: "slow-2026-01-01" };
    await expect.poll(() => server.server.house.gateway.health.find(slow)?.health.inFlight).toBe(1);
    // The place of the model that has failed is free.
    expect(taken(server)).toBe(1);
    const refused = await answer(server, { model: "sim/slow-2026-01-01" });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    leaving.abort();
    await expect(left).rejects.toThrow("aborted");
    await expect.poll(() => taken(server)).toBe(0);
  });

  test("are free again when a stream is cut", async () => {
    const server = await start("cut", CAP);
    await answer(server, { stream: true });
    await expect.poll(() => taken(server)).toBe(0);
  });

  test("are free again when one of two hedged attempts is called off, and no second is made without one", async () => {
    const server = await start("slow two", CAP, "\n    hedge: { after: 20ms }");
    expect(await answer(server, { stream: true })).toMatchObject({ status: 200, tier: "fallback:1" });
    await expect.poll(() => taken(server)).toBe(0);
    const held = new AbortController();
    const holding = ask(server, { model: "sim/slow-2026-01-01", signal: held.signal });
    await expect.poll(() => taken(server)).toBe(1);
    // The first model has no room, so the second is asked in its place.
    expect(await answer(server, { stream: true })).toMatchObject({ status: 200, tier: "fallback:1" });
    held.abort();
    await expect(holding).rejects.toThrow("aborted");
    await expect.poll(() => taken(server)).toBe(0);
  });
});

describe.skipIf(VALKEY_URL === undefined)("servers that share limits by the model", () => {
  const servers: RunningServer[] = [];

  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  test("count what their fallbacks ask together", async () => {
    const name = `shared-${randomUUID().slice(0, 8)}`;
    const files = project("down slow three", "{ per: model, concurrent: 1 }")["rollward.yaml"] ?? "";
    const yaml = { "rollward.yaml": files.replace("    provider: {", `    ${name}: {`) };
    const valkeyUrl = VALKEY_URL ?? "";
    for (let each = 0; each < 2; each += 1) servers.push(await startServer(yaml, { valkeyUrl, valkeyLimitMs: 5_000 }));
    const [one = expect.unreachable("There are two."), two = one] = servers;
    const slow = { provider: "sim", model: "slow-2026-01-01" };
    const busy = ({ server }: RunningServer) => server.house.gateway.health.find(slow)?.health.inFlight ?? 0;
    const leaving = new AbortController();
    const left = ask(one, { signal: leaving.signal, stream: true });
    await expect.poll(() => busy(one)).toBe(1);
    expect(await answer(two)).toMatchObject({ status: 200, tier: "fallback:2" });
    leaving.abort();
    await expect(left).rejects.toThrow("aborted");
  });
});
