import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { chat, freshQuestion, headersOf, startCacheStage } from "../fixtures/cache-stage.ts";
import type { CacheStage, Heard } from "../fixtures/cache-stage.ts";
import { ADMIN_KEY } from "../fixtures/running-server.ts";

let stage: CacheStage;

beforeAll(async () => {
  stage = await startCacheStage();
});

afterAll(() => stage.stop());

describe("identical calls at the same time", () => {
  const gather = (count: number, ask: () => Promise<Heard>): Promise<readonly Heard[]> =>
    Promise.all(Array.from({ length: count }, ask));

  test("five hundred make one call to the provider, and all have its answer", async () => {
    const question = freshQuestion();
    const before = stage.upstream.asked.length;
    const release = stage.upstream.hold();
    const all = gather(500, () => stage.hear("faq", question));
    await stage.upstream.nextRequest();
    await waiting(500);
    release();
    const heard = await all;
    expect(stage.upstream.asked.length).toBe(before + 1);
    expect(new Set(heard.map(({ text }) => text)).size).toBe(1);
    expect(heard.filter(({ cache }) => cache === "hit").length).toBe(499);
  });

  test("when the first client leaves, one of the others asks, and only one", async () => {
    const question = freshQuestion();
    const before = stage.upstream.asked.length;
    const release = stage.upstream.hold();
    const leaving = new AbortController();
    const first = stage
      .openai()
      .chat.completions.create(chat("faq", question), { signal: leaving.signal })
      .catch(() => "left");
    const asked = await stage.upstream.nextRequest();
    const others = gather(10, () => stage.hear("faq", question));
    await waiting(11);
    const again = stage.upstream.nextRequest();
    leaving.abort();
    expect([await first, (await asked.over).whole]).toEqual(["left", false]);
    await again;
    release();
    const heard = await others;
    expect(stage.upstream.asked.length).toBe(before + 2);
    expect(new Set(heard.map(({ text }) => text)).size).toBe(1);
  });

  test("an answer that may not be kept sends all who waited to the provider", async () => {
    const question = freshQuestion();
    const before = stage.upstream.asked.length;
    const said = { message: { content: "Half of" }, finish: "length" };
    stage.upstream.script(said, said, said, said);
    const release = stage.upstream.hold();
    const all = gather(4, () => stage.hear("faq", question));
    await stage.upstream.nextRequest();
    await waiting(4);
    release();
    expect((await all).map(({ cache }) => cache)).toEqual(["miss", "miss", "miss", "miss"]);
    expect(stage.upstream.asked.length).toBe(before + 4);
  });

  test("nobody waits where the release says so", async () => {
    const question = freshQuestion();
    const before = stage.upstream.asked.length;
    const release = stage.upstream.hold();
    const all = gather(3, () => stage.hear("hasty", question));
    await waiting(3);
    await expect.poll(() => stage.upstream.asked.length).toBe(before + 3);
    release();
    expect((await all).map(({ cache }) => cache)).toEqual(["miss", "miss", "miss"]);
    expect((await stage.hear("hasty", question)).cache).toBe("hit");
  });

  test("who waits may leave, and the others have their answer", async () => {
    const question = freshQuestion();
    const before = stage.upstream.asked.length;
    const release = stage.upstream.hold();
    const first = stage.hear("faq", question);
    await stage.upstream.nextRequest();
    const leaving = new AbortController();
    const impatient = stage
      .openai()
      .chat.completions.create(chat("faq", question), { signal: leaving.signal })
      .catch(() => "left");
    await waiting(2);
    leaving.abort();
    expect(await impatient).toBe("left");
    await expect.poll(() => stage.server.server.house.gateway.load.inFlight).toBe(1);
    release();
    expect((await first).cache).toBe("miss");
    expect(stage.upstream.asked.length).toBe(before + 1);
    await stage.server.server.house.gateway.recorder.flush();
    const { body } = await stage.server.ask("GET", "/api/calls?outcome=abandoned&limit=1");
    const [call] = (body as { data: { status: number; attempts: unknown[] }[] }).data;
    expect(call).toMatchObject({ status: 499, attempts: [] });
  });

  /** Until so many calls are under way: they have joined the first one by then. */
  async function waiting(count: number): Promise<void> {
    const { gateway } = stage.server.server.house;
    await expect.poll(() => gateway.load.inFlight, { timeout: 60_000 }).toBeGreaterThanOrEqual(count);
  }
});

describe("the last resort", () => {
  test("an old answer is given when every model has failed, and says so", async () => {
    const question = freshQuestion();
    const first = await stage.hear("faq", question);
    await stage.age(first.callId, 2 * 3_600_000);
    stage.upstream.script(null);
    const { response, data } = await stage.openai().chat.completions.create(chat("faq", question)).withResponse();
    expect(data.choices[0]?.message.content).toBe(first.text);
    expect(headersOf(response)).toMatchObject({ cache: "stale", tier: "stale" });
    expect(Number(response.headers.get("age"))).toBeGreaterThanOrEqual(7_200);
    const call = await stage.recorded(headersOf(response).callId);
    expect(call).toMatchObject({ tier: "stale", outcome: "ok", error: null });
    expect(call.attempts[0]?.error?.code).toBe("provider_error");
    expect(call.cache?.source).toMatchObject({ call: first.callId });
  });

  test("an old answer is not given while a model answers", async () => {
    const question = freshQuestion();
    const first = await stage.hear("faq", question);
    await stage.age(first.callId, 2 * 3_600_000);
    const second = await stage.hear("faq", question);
    expect([second.cache, second.tier]).toEqual(["miss", "primary"]);
    expect(second.text).not.toBe(first.text);
  });

  test("without one, or past its time, the error is told as it is", async () => {
    stage.upstream.script(null);
    await expect(stage.hear("faq", freshQuestion())).rejects.toMatchObject({ status: 503 });
    const question = freshQuestion();
    const first = await stage.hear("faq", question);
    await stage.age(first.callId, 26 * 3_600_000);
    stage.upstream.script(null);
    await expect(stage.hear("faq", question)).rejects.toMatchObject({ status: 503 });
    const other = freshQuestion();
    const second = await stage.hear("faq", other);
    await stage.age(second.callId, 2 * 3_600_000);
    stage.upstream.script(null);
    const refreshing = stage.hear("faq", other, { headers: { "cache-control": "no-cache" } });
    await expect(refreshing).rejects.toMatchObject({ status: 503 });
  });
});

test("the command line shows what the cache did, and forgets", async () => {
  const said: string[] = [];
  const environment = { ROLLWARD_URL: stage.server.url, ROLLWARD_API_KEY: ADMIN_KEY };
  const run = (...args: readonly string[]): Promise<number> => runCli(args, environment, (text) => said.push(text));
  const { callId } = await stage.hear("faq", freshQuestion());
  await stage.recorded(callId);
  expect(await run("cache", "show")).toBe(0);
  expect(said.join("")).toMatch(/misses\s+\d/);
  await run("cache", "evict", "--call", callId);
  await run("cache", "evict", "--call", callId);
  await run("cache", "purge", "drawn");
  expect(said.slice(-3)).toEqual([
    "The answer is forgotten.\n",
    "No answer is kept for this call.\n",
    "0 answers of drawn are forgotten.\n",
  ]);
});

describe("entries that go", () => {
  test("a poisoned entry is no answer and no error", async () => {
    const question = freshQuestion();
    const first = await stage.hear("faq", question);
    const { cache: kept } = await stage.recorded(first.callId);
    const place = { endpoint: "faq", key: kept?.key ?? "" };
    const { cache } = stage.server.server.house.gateway.cache;
    const good = (await cache.find(place)) ?? "";
    for (const poison of [
      "",
      "{",
      '{"format":"rollward.answer/1"}',
      good.replace('"stop"', '"length"'),
      good.replace(place.key, "f".repeat(64)),
    ]) {
      await cache.store(place, poison, 60_000);
      const heard = await stage.hear("faq", question);
      expect(heard.cache).toBe("miss");
    }
  });

  test("a call's answer can be forgotten, and an endpoint's", async () => {
    const [one, other] = [freshQuestion(), freshQuestion()];
    const first = await stage.hear("faq", one);
    await stage.hear("faq", other);
    await stage.recorded(first.callId);
    expect((await stage.server.ask("DELETE", `/api/calls/${first.callId}/cache`)).body).toEqual({ evicted: true });
    expect((await stage.server.ask("DELETE", `/api/calls/${first.callId}/cache`)).body).toEqual({ evicted: false });
    expect([(await stage.hear("faq", one)).cache, (await stage.hear("faq", other)).cache]).toEqual(["miss", "hit"]);
    const { body } = await stage.server.ask("DELETE", "/api/endpoints/faq/cache");
    expect((body as { purged: number }).purged).toBeGreaterThanOrEqual(2);
    expect((await stage.hear("faq", other)).cache).toBe("miss");
  });

  test("what was on its way when its endpoint was purged is not kept", async () => {
    const question = freshQuestion();
    const release = stage.upstream.hold();
    const first = stage.hear("faq", question);
    await stage.upstream.nextRequest();
    await stage.server.ask("DELETE", "/api/endpoints/faq/cache");
    release();
    await first;
    expect((await stage.hear("faq", question)).cache).toBe("miss");
  });

  test("the counts say what became of calls, and why", async () => {
    stage.upstream.script({ message: { content: "Half of" }, finish: "length" });
    await stage.hear("faq", freshQuestion());
    await stage.hear("drawn", freshQuestion());
    await stage.hear("faq", freshQuestion(), { headers: { "cache-control": "no-store" } });
    const { body } = await stage.server.ask("GET", "/api/cache");
    const counts = body as { kept: Record<string, number>; bypassed: Record<string, number> };
    expect(body).toMatchObject({ shared: false, under_way: 0, poisoned: 5 });
    expect(Object.keys(counts.kept)).toEqual(expect.arrayContaining(["stored", "unfinished", "purged", "failed"]));
    expect(counts.bypassed).toEqual({ sampled: 1, client: 1 });
  });
});
