import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BacktestStage } from "../fixtures/backtest-stage.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { startReplyingUpstream } from "../fixtures/replying-upstream.ts";
import type { ChatBody, ReplyingUpstream } from "../fixtures/replying-upstream.ts";
import { startServer } from "../fixtures/running-server.ts";
import type { StartTerms } from "../fixtures/running-server.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SAME = { message: { content: "You can return it within 30 days." } };

let upstreams: { readonly stable: ReplyingUpstream; readonly candidate: ReplyingUpstream };
let stages: BacktestStage[] = [];
let database: FreshDatabase | null = null;
let dataDir: string | null = null;

beforeEach(async () => {
  upstreams = { stable: await startReplyingUpstream(() => SAME), candidate: await startReplyingUpstream(() => SAME) };
});

afterEach(async () => {
  for (const stage of stages) await stage.stop();
  stages = [];
  await upstreams.stable.close();
  await upstreams.candidate.close();
  await database?.drop();
  database = null;
  if (dataDir !== null) rmSync(dataDir, { recursive: true, force: true });
  dataDir = null;
});

const project = (provider: "stable" | "candidate"): string => `environment: production
providers:
${(["stable", "candidate"] as const)
  .map(
    (name) => `  ${name}:
    kind: openai-compatible
    base_url: ${upstreams[name].baseUrl}
    allow_private: true
    breaker: false
    models:
      m-2026-01-01: { price: { input: 1, output: 2 } }`,
  )
  .join("\n")}
endpoints:
  bot:
    models: [${provider}/m-2026-01-01]
    parameters: { max_tokens: 50 }
    retries: { attempts: 1 }
`;

async function open(provider: "stable" | "candidate", terms: StartTerms = {}): Promise<BacktestStage> {
  const stage = new BacktestStage(await startServer({ "rollward.yaml": project(provider) }, terms));
  stages.push(stage);
  return stage;
}

/** A stage with recorded sessions of the first release, and the second one applied. */
async function staged(sessions: number, terms: StartTerms = {}): Promise<BacktestStage> {
  const stage = await open("stable", terms);
  await stage.record(sessions);
  await stage.apply(project("candidate"));
  return stage;
}

/** Where data outlives a server: a database of its own where there is a test server, else an embedded one. */
async function durable(): Promise<StartTerms> {
  database = await createFreshDatabase();
  if (database !== null) return { database };
  dataDir = mkdtempSync(join(tmpdir(), "rollward-backtest-"));
  return { dataDir };
}

/** A conversation that began before the rollout: stable answers it. */
const LATER = [
  { role: "user", content: "Hello?" },
  { role: "assistant", content: "Hello." },
  { role: "user", content: "Is anybody there?" },
];

const ASKED = { candidate: "bot@2", against: "bot@1" };

describe("a backtest that is disturbed", () => {
  test("goes on after a restart where it was: no session is replayed that was compared before", async () => {
    const place = await durable();
    const first = await staged(40, place);
    let asked = 0;
    let release = (): void => {};
    // It must be stopped on its way: a quick one would be at its end before somebody looks.
    upstreams.candidate.replyWith(() => {
      asked += 1;
      if (asked === 12) release = upstreams.candidate.hold();
      return SAME;
    });
    const { id } = await first.plan({ ...ASKED, concurrency: 2, start: true });
    await first.until(id, ({ progress }) => progress.done >= 10);
    // Nobody may come to be held once all were let go.
    await expect.poll(() => asked, { timeout: 60_000 }).toBeGreaterThanOrEqual(12);
    const stopped = first.stop();
    release();
    await stopped;
    stages = [];
    expect(upstreams.candidate.asked.length).toBeLessThan(40);
    const second = await open("candidate", place);
    const done = await second.until(id, ({ state }) => state === "ended");
    expect(done).toMatchObject({ ended: { how: "complete" }, result: { sessions: { planned: 40, compared: 40 } } });
    // Those that were under way at the stop are begun anew.
    expect(upstreams.candidate.asked.length).toBeLessThanOrEqual(42);
  });

  test("counts what a server had under way that died as spent at its most, and begins it anew", async () => {
    const stage = await staged(6);
    const { id } = await stage.plan(ASKED);
    const { backtests } = stage.house.stores;
    const [first] = await backtests.sessions(id);
    if (first === undefined) throw new Error("The sample has sessions.");
    await backtests.lease(id, "rep_dead", 60_000);
    await backtests.keepSession(id, "rep_dead", { ...first, state: "under_way", spentPico: first.worstPico });
    await backtests.lease(id, "rep_dead", 0);
    await stage.running.ask("POST", `/api/backtests/${id}/start`);
    const done = await stage.until(id, ({ state }) => state === "ended");
    expect(done.result?.sessions.compared).toBe(6);
    expect(BigInt(done.result?.spent_pico ?? 0)).toBeGreaterThan(first.worstPico);
  });

  test("runs on one of two servers at a time", async () => {
    database = await createFreshDatabase();
    if (database === null) return;
    const first = await staged(30, { database });
    await open("candidate", { database });
    const { id } = await first.plan({ ...ASKED, concurrency: 4, start: true });
    const done = await first.until(id, ({ state }) => state === "ended");
    expect(done.result?.sessions.compared).toBe(30);
    expect(upstreams.candidate.asked).toHaveLength(30);
  });

  test("ends honestly when its budget is used up, and never spends more", async () => {
    const stage = await staged(60);
    const whole = await stage.plan(ASKED);
    // Enough to set two and a half sessions aside at their most; each costs far less than that.
    const budget = (2.5 * Number(whole.estimate.most_pico)) / 60 / 1e12;
    const done = await stage.run({ ...ASKED, budget_usd: budget, concurrency: 4 });
    expect(done.ended).toMatchObject({ how: "budget" });
    expect(done.ended?.why).toContain("its budget was used up");
    const { compared = 0, planned } = done.result?.sessions ?? {};
    expect(compared).toBeGreaterThan(0);
    expect(compared).toBeLessThan(planned ?? 0);
    expect(BigInt(done.result?.spent_pico ?? 0)).toBeLessThanOrEqual(BigInt(done.budget_pico));
    expect(done.result?.verdict).toBe("inconclusive");
  });

  test("waits for a provider that is away, and does not hold that against the candidate", async () => {
    const stage = await staged(30);
    let asked = 0;
    upstreams.candidate.replyWith(() => {
      asked += 1;
      return asked > 5 && asked < 10 ? null : SAME;
    });
    const done = await stage.run({ ...ASKED, concurrency: 2 });
    expect(done.ended?.how).toBe("complete");
    expect(done.result?.metrics[0]).toMatchObject({ metric: "errors", candidate: 0, n: 30 });
    expect(done.result?.left_out).toEqual({});
    expect(upstreams.candidate.asked).toHaveLength(34);
  });

  test("leaves the breakers and limits of live traffic alone, and has no more calls open than it may", async () => {
    const stage = await staged(30);
    const release = upstreams.candidate.hold();
    const { id } = await stage.plan({ ...ASKED, concurrency: 3, start: true });
    while (upstreams.candidate.asked.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(stage.house.gateway.load.inFlight).toBe(0);
    await stage.chat("live", LATER);
    expect(upstreams.candidate.mostAtOnce()).toBe(3);
    release();
    await stage.until(id, ({ state }) => state === "ended");
    expect(upstreams.candidate.mostAtOnce()).toBeLessThanOrEqual(3);
    expect(stage.house.gateway.health.find({ provider: "candidate", model: "m-2026-01-01" })).toBeUndefined();
  });

  test("lets calls of users go first while half of what the server can do is under way", async () => {
    const stage = await staged(10);
    await stage.apply(`${project("candidate")}limits: { in_flight: 4 }\n`);
    const release = upstreams.stable.hold();
    const live = ["a", "b"].map((session) => stage.chat(session, LATER));
    await stage.loaded(2);
    const { id } = await stage.plan({ ...ASKED, start: true });
    for (let look = 0; look < 30; look += 1) expect((await stage.show(id)).progress.done).toBe(0);
    expect(upstreams.candidate.asked).toHaveLength(0);
    release();
    await Promise.all(live);
    const done = await stage.until(id, ({ state }) => state === "ended");
    expect(done.result?.sessions.compared).toBe(10);
  });

  test("waits while somebody has stopped the calls of the endpoint", async () => {
    const stage = await staged(10);
    const subject = { type: "endpoint", name: "bot" };
    const paused = await stage.running.ask("POST", "/api/pauses", { subject, reason: "something is wrong" });
    const { id } = await stage.plan({ ...ASKED, start: true });
    for (let look = 0; look < 30; look += 1) {
      expect(await stage.show(id)).toMatchObject({ state: "running", progress: { done: 0 } });
    }
    expect(upstreams.candidate.asked).toHaveLength(0);
    const pause = (paused.body as { id: string }).id;
    await stage.running.ask("POST", `/api/pauses/${pause}/lift`, { reason: "it was nothing" });
    const done = await stage.until(id, ({ state }) => state === "ended");
    expect(done.result?.sessions.compared).toBe(10);
  });

  test("stops when somebody says so, and what was compared can be read", async () => {
    const stage = await staged(40);
    let asked = 0;
    let release = (): void => {};
    upstreams.candidate.replyWith(() => {
      asked += 1;
      if (asked === 4) release = upstreams.candidate.hold();
      return SAME;
    });
    const { id } = await stage.plan({ ...ASKED, concurrency: 1, start: true });
    await stage.until(id, ({ progress }) => progress.done === 3);
    const stopping = await stage.running.ask("POST", `/api/backtests/${id}/stop`);
    expect(stopping.body).toMatchObject({ state: "running", stop_asked_by: expect.any(String) as string });
    release();
    const done = await stage.until(id, ({ state }) => state === "ended");
    expect(done).toMatchObject({ ended: { how: "stopped" }, result: { verdict: "inconclusive" } });
    expect(done.result?.sessions.compared).toBeGreaterThanOrEqual(3);
    expect(done.result?.sessions.compared).toBeLessThan(40);
  });
});

/** What the simulated application does with a tool: it asks for an order and tells what it got. */
const TOOL = { type: "function", function: { name: "order", parameters: { type: "object" } } };

const asks = (order: string, id = "t1") => ({
  message: { content: null, tool_calls: [{ id, type: "function", function: { name: "order", arguments: order } }] },
  finish: "tool_calls",
});

const hasResult = ({ messages }: ChatBody): boolean => messages.at(-1)?.["role"] === "tool";

describe("a session with tools", () => {
  /** Records a session in which the baseline looked up an order. */
  async function recorded(): Promise<BacktestStage> {
    upstreams.stable.replyWith((body) =>
      hasResult(body) ? { message: { content: "It left on Monday." } } : asks('{"id":7}'),
    );
    const stage = await open("stable");
    const user = { role: "user", content: "Where is my order?" };
    const first = (await stage.chat("s", [user], { tools: [TOOL] })) as { choices: { message: object }[] };
    const called = first.choices[0]?.message ?? {};
    await stage.chat("s", [user, called, { role: "tool", tool_call_id: "t1", content: "sent on Monday" }], {
      tools: [TOOL],
    });
    await stage.house.gateway.recorder.flush();
    await stage.apply(project("candidate"));
    return stage;
  }

  test("goes on with the recorded result where the candidate calls the tool as it was called then", async () => {
    upstreams.candidate.replyWith((body) =>
      hasResult(body) ? { message: { content: "It was sent on Monday." } } : asks('{ "id" : 7.0 }', "other_id"),
    );
    const stage = await recorded();
    const done = await stage.run(ASKED);
    expect(done.result?.turns).toEqual({ replayed: 1, diverged: 0 });
    expect(upstreams.candidate.asked).toHaveLength(2);
    expect(upstreams.candidate.asked[1]?.messages.at(-1)).toEqual({
      role: "tool",
      tool_call_id: "other_id",
      content: "sent on Monday",
    });
    expect(done.result?.answers).toMatchObject({ turns: 1, exact: 0, tools: { turns: 1, tools: 0, arguments: 0 } });
  });

  test("ends where the candidate calls it in another way: nobody has recorded what it would have given", async () => {
    upstreams.candidate.replyWith(() => asks('{"id":8}'));
    const stage = await recorded();
    const done = await stage.run(ASKED);
    expect(done.result?.turns).toEqual({ replayed: 1, diverged: 1 });
    expect(upstreams.candidate.asked).toHaveLength(1);
    expect(done.result?.worst[0]?.because).toContain("no recorded result");
    expect(done.result?.answers.tools).toMatchObject({ turns: 1, arguments: 1 });
    // As far as it was replayed both cost one call.
    const cost = done.result?.metrics.find(({ metric }) => metric === "cost");
    expect(cost?.candidate).toBeCloseTo(cost?.baseline ?? 0, 9);
  });

  test("is compared by its answer where the candidate needs no tool", async () => {
    upstreams.candidate.replyWith(() => ({ message: { content: "I cannot tell." } }));
    const stage = await recorded();
    const done = await stage.run(ASKED);
    expect(done.result?.turns).toEqual({ replayed: 1, diverged: 0 });
    expect(done.result?.answers.tools).toMatchObject({ turns: 1, tools: 1 });
  });
});

describe("a gate", () => {
  test("starts one backtest of a pair, hears how far it is, and then what it found", async () => {
    const stage = await staged(20);
    const { desk } = stage.house.backtests;
    const { stores, gateway } = stage.house;
    const [candidate, baseline] = [await stores.releases.byNumber("bot", 2), await stores.releases.byNumber("bot", 1)];
    const pair = {
      channel: { endpoint: "bot", environment: "production" },
      candidate: candidate?.id ?? "",
      baseline: baseline?.id ?? "",
    };
    const since = gateway.clock.now();
    const { id: asked } = await stage.plan(ASKED);
    await desk.stop(asked, "Ada");
    expect(await desk.newest(pair, since)).toEqual({ state: "none" });
    const wish = {
      ...pair,
      callsWithinMs: 3_600_000,
      sample: 20,
      budgetPico: null,
      actor: { kind: "machine" },
    } as const;
    const release = upstreams.candidate.hold();
    const ids = await Promise.all([desk.start(wish), desk.start(wish)]);
    expect(new Set(ids).size).toBe(1);
    const [id] = ids;
    expect(await desk.newest(pair, since)).toEqual({ state: "running", id, done: 0, planned: 20 });
    release();
    await stage.until(id, ({ state }) => state === "ended");
    expect(await desk.newest(pair, since)).toMatchObject({
      state: "finished",
      id,
      verdict: "inconclusive",
      compared: 20,
    });
    expect(await desk.newest(pair, gateway.clock.now() + 1)).toEqual({ state: "none" });
    await expect(desk.start({ ...wish, callsWithinMs: 0 })).rejects.toMatchObject({ code: "backtest_impossible" });
  });
});
