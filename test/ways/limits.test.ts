import { afterEach, describe, expect, test } from "vitest";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

const project = (limits: string, firstToken: string): Readonly<Record<string, string>> => ({
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01", { firstToken }))}
endpoints:
  support-bot:
    models: [sim/good-2026-01-01]
  other-bot:
    models: [sim/good-2026-01-01]
limits:
  rates:
${limits}`,
});

async function start(limits: string, firstToken = "60ms"): Promise<RunningServer> {
  running = await startServer(project(limits, firstToken));
  return running;
}

interface Call {
  readonly model?: string;
  readonly key?: string;
  readonly user?: string;
  /** `null` names none. */
  readonly maxTokens?: number | null;
}

const call = (
  { url }: RunningServer,
  { model = "support-bot", key = ADMIN_KEY, user, maxTokens = 20 }: Call = {},
): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model,
      user,
      ...(maxTokens !== null && { max_tokens: maxTokens }),
      messages: [{ role: "user", content: "Hello" }],
    }),
  });

const tokensLeft = ({ headers }: Response): number => Number(headers.get("x-ratelimit-remaining-tokens"));

async function statuses(calls: readonly Promise<Response>[]): Promise<readonly number[]> {
  const answers = await Promise.all(calls);
  await Promise.all(answers.map((answer) => answer.text()));
  return answers.map(({ status }) => status);
}

describe("limits", () => {
  test("lets a burst in and refuses what is beyond it, with the wait and the name of the limit", async () => {
    const server = await start("    team: { per: endpoint, requests: 60/h, burst: 2 }");
    const good = await call(server);
    expect(good.status).toBe(200);
    expect(good.headers.get("ratelimit-policy")).toBe('"team";q=60;w=3600');
    expect(good.headers.get("ratelimit")).toBe('"team";r=1;t=60');
    expect(good.headers.get("x-ratelimit-limit-requests")).toBe("60");
    expect(good.headers.get("x-ratelimit-remaining-requests")).toBe("1");
    await good.text();
    expect(await statuses([call(server)])).toEqual([200]);
    const refused = await call(server);
    expect(refused.status).toBe(429);
    const waitS = Number(refused.headers.get("retry-after"));
    expect(waitS).toBeGreaterThan(50);
    expect(waitS).toBeLessThanOrEqual(60);
    expect(refused.headers.get("x-ratelimit-remaining-requests")).toBe("0");
    expect(await refused.text()).toContain("The limit team is reached: 60 requests in 3600 s for each endpoint.");
    expect(await statuses([call(server, { model: "other-bot" })])).toEqual([200]);
  });

  test("users have limits of their own, and who names none is one more user", async () => {
    const server = await start("    person: { per: user, requests: 60/h }");
    const first = await statuses([call(server, { user: "ada" }), call(server, { user: "bob" }), call(server)]);
    expect(first).toEqual([200, 200, 200]);
    expect(await statuses([call(server, { user: "ada" }), call(server)])).toEqual([429, 429]);
  });

  test("a refusal by one limit takes nothing from the others", async () => {
    const server = await start(`    wide: { per: environment, requests: 60/h, burst: 2 }
    narrow: { per: endpoint, requests: 60/h, burst: 1 }`);
    expect(await statuses([call(server)])).toEqual([200]);
    expect(await statuses([call(server), call(server), call(server)])).toEqual([429, 429, 429]);
    expect(await statuses([call(server, { model: "other-bot" })])).toEqual([200]);
  });

  test("a cap on calls under way frees its place when a call ends, also when the client leaves", async () => {
    const server = await start("    few: { per: key, concurrent: 1 }", "2s");
    const first = call(server);
    await expect.poll(() => server.server.house.gateway.load.inFlight, { interval: 5 }).toBe(1);
    expect(await statuses([call(server)])).toEqual([429]);
    expect(await statuses([first])).toEqual([200]);
    const leaving = new AbortController();
    const left = fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      signal: leaving.signal,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: "Hello" }] }),
    });
    await expect.poll(() => server.server.house.gateway.load.inFlight, { interval: 5 }).toBe(1);
    leaving.abort();
    await expect(left).rejects.toThrow("aborted");
    await expect.poll(() => server.server.house.gateway.load.inFlight).toBe(0);
    expect(await statuses([call(server)])).toEqual([200]);
  });

  test("tokens are taken by an estimate and settled by what was used", async () => {
    const server = await start("    words: { per: key, tokens: 6000/h, burst_tokens: 2000 }");
    const first = await call(server);
    await first.text();
    const left = Number(first.headers.get("x-ratelimit-remaining-tokens"));
    expect(left).toBeLessThan(2_000 - 20);
    const second = await call(server);
    // The first call took its 20 tokens at most and used 8: the rest is back, and the next estimate taken.
    expect(Number(second.headers.get("x-ratelimit-remaining-tokens"))).toBeGreaterThan(left - 60);
    await second.text();
  });

  test("a call without a maximum is expected to be as long as answers of its endpoint were", async () => {
    const server = await start("    words: { per: key, tokens: 6000/h, burst_tokens: 4000 }");
    const { answerLengths, load } = server.server.house.gateway;
    const expected = (): number => answerLengths.expected("support-bot");
    const first = await call(server, { maxTokens: null });
    const { usage } = (await first.json()) as { usage: { completion_tokens: number; total_tokens: number } };
    await expect.poll(() => load.inFlight).toBe(0);
    const learnt = Math.ceil((256 + usage.completion_tokens) / 2);
    expect(expected()).toBe(learnt);
    const second = await call(server, { maxTokens: null });
    await second.text();
    const apart = tokensLeft(second) - tokensLeft(first) - (256 - learnt - usage.total_tokens);
    // What has refilled meanwhile.
    expect(apart).toBeGreaterThanOrEqual(0);
    expect(apart).toBeLessThan(60);
    await expect.poll(() => load.inFlight).toBe(0);
    const known = expected();
    await (await call(server)).text();
    await expect.poll(() => load.inFlight).toBe(0);
    expect(expected()).toBe(known);
  });

  test("with a queue calls wait for their turn, in order, until the wait is too long", async () => {
    const server = await start(`    slow: { per: environment, requests: 20/s, burst: 1 }
  queue: { wait: 2s }`);
    const began = performance.now();
    expect(await statuses(Array.from({ length: 5 }, () => call(server)))).toEqual([200, 200, 200, 200, 200]);
    expect(performance.now() - began).toBeGreaterThan(150);
    const { load } = server.server.house.gateway;
    expect(load.limited).toBe(0);
    const many = await statuses(Array.from({ length: 240 }, () => call(server)));
    expect(many.filter((status) => status === 200).length).toBeGreaterThan(20);
    const refused = many.filter((status) => status === 429).length;
    expect(refused).toBeGreaterThan(20);
    expect((await server.ask("GET", "/api/limits")).body).toMatchObject({ refused });
    expect((await server.ask("GET", "/api/health")).body).toMatchObject({ meters: { limits: { refused } } });
    expect(server.server.house.gateway.waiting.counts()).toEqual({ calls: 0, oldestMs: 0 });
  });

  test("answers say how many waited and how long, refusals how long it would have taken", async () => {
    // Seconds, so that it is all the same how quickly a busy machine sends four calls.
    const server = await start(`    slow: { per: environment, requests: 20/m, burst: 1 }
  queue: { wait: 4500ms }`);
    const answers = await Promise.all([call(server), call(server), call(server), call(server)]);
    await Promise.all(answers.map((answer) => answer.text()));
    const header = (name: string) => answers.map(({ headers }) => headers.get(`x-rollward-queue-${name}`));
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 200, 429, 429]);
    expect(header("depth").filter((depth) => depth !== null).length).toBe(3);
    expect(header("wait-ms").some((ms) => Number(ms) > 1_000)).toBe(true);
    const estimates = header("estimate-ms").filter((ms) => ms !== null);
    expect(estimates.length).toBe(2);
    expect(estimates.every((ms) => Number(ms) > 4_500)).toBe(true);
  });

  test("a client that leaves the queue gives up its place", async () => {
    const server = await start(`    one: { per: environment, requests: 60/h }
  queue: { wait: 5m }`);
    expect(await statuses([call(server)])).toEqual([200]);
    const leaving = new AbortController();
    const left = fetch(`${server.url}/v1/chat/completions`, {
      method: "POST",
      signal: leaving.signal,
      headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: "Hello" }] }),
    });
    const { waiting } = server.server.house.gateway;
    await expect.poll(() => waiting.counts().calls).toBe(1);
    leaving.abort();
    await expect(left).rejects.toThrow("aborted");
    await expect.poll(() => waiting.counts().calls).toBe(0);
  });

  test("the first class passes by those who wait already", async () => {
    const server = await start(`    slow: { per: environment, requests: 1/s, burst: 1 }
  queue: { wait: 30s, classes: [{ endpoints: [other-bot] }] }`);
    const order: string[] = [];
    const noted = async (model: string): Promise<void> => {
      await (await call(server, { model })).text();
      order.push(model);
    };
    await noted("support-bot");
    const waiting = Array.from({ length: 5 }, () => noted("support-bot"));
    await expect.poll(() => server.server.house.gateway.waiting.counts().calls).toBeGreaterThanOrEqual(4);
    waiting.push(noted("other-bot"));
    await Promise.all(waiting);
    expect(order.indexOf("other-bot")).toBeLessThanOrEqual(3);
  });
});
