import { afterEach, describe, expect, test, vi } from "vitest";
import type { z } from "zod";
import type { listFeedback } from "../../src/contract/feedback.ts";
import { apply, call, comparing, send, tenantKey, viewOf } from "../fixtures/feedback-stage.ts";
import type { Called, FeedbackAnswer, MetricsAnswer, RolloutView } from "../fixtures/feedback-stage.ts";
import { startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Listed = z.output<typeof listFeedback.answer>["data"];

interface Refused {
  readonly error: { readonly code: string; readonly message: string; readonly param: string | null };
}

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

async function start(files: Record<string, string>): Promise<RunningServer> {
  running = await startServer(files);
  return running;
}

/** Applies a project and waits until sessions are drawn for its rollout. */
async function open(server: RunningServer, files: Record<string, string>): Promise<string> {
  const rollout = await apply(server, files);
  const isDrawing = () =>
    expect(server.server.house.gateway.routes.byEndpoint("support-bot")?.split?.collecting).toBe(true);
  await vi.waitFor(isDrawing, 60_000);
  return rollout;
}

/** What users say of calls, and when that was enough. */
interface Driving {
  readonly say: (called: readonly Called[]) => Promise<unknown>;
  readonly isThere: (view: RolloutView) => boolean;
}

/** Calls in fresh sessions, and what the users say of each, until the rollout is there. */
async function drive(server: RunningServer, rollout: string, { say, isThere }: Driving): Promise<RolloutView> {
  for (let sent = 0; sent < 3_000; sent += 40) {
    const sessions = Array.from({ length: 40 }, (_, index) => `s-${sent + index}`);
    await say(await Promise.all(sessions.map((session) => call(server, { session }))));
    const seen = await viewOf(server, rollout);
    if (isThere(seen)) return seen;
  }
  throw new Error("The rollout did not come so far.");
}

const each =
  (say: (called: Called) => Promise<unknown>) =>
  (all: readonly Called[]): Promise<unknown> =>
    Promise.all(all.map(say));

const NOTHING = "thumbs: { within: 4s, required: true }";

describe("feedback as evidence", () => {
  test("thumbs down roll back a release that users dislike, and the reason says so", async () => {
    const server = await start(comparing("good-2026-01-01", NOTHING));
    const rollout = await open(server, comparing("bad-2026-03-01", `thumbs: { within: 4s, required: true }`));
    const seen = await drive(server, rollout, {
      say: each(({ id, arm }) =>
        send(server, "/v1/feedback", { call: id, thumbs: arm === "candidate" ? "down" : "up" }),
      ),
      isThere: ({ state }) => state === "rolled_back",
    });
    expect(seen.union.blame).toBe("thumbs");
    expect(seen.explanation).toContain("thumbs-downs are worse than those of stable (");
  });

  test("a metric of the application's own that is proven no worse promotes the release", async () => {
    const metrics = `business: { sold: { event: good, no_worse: 1.5, within: 4s, required: true } }`;
    const server = await start(comparing("good-2026-01-01", metrics));
    const rollout = await open(server, comparing("bad-2026-03-01", metrics));
    const seen = await drive(server, rollout, {
      // The candidate sells more: of two that sell alike one in a hundred is not proven within so many sessions.
      say: (called) =>
        send(server, "/v1/metrics", {
          metrics: called.map(({ id, arm }, index) => {
            const isSold = index % (arm === "candidate" ? 20 : 4) > 0;
            return { id, call: id, name: "sold", value: isSold };
          }),
        }),
      isThere: ({ state }) => state === "completed" || state === "draining",
    });
    const sold = seen.metrics.find(({ metric }) => metric === "business:sold");
    expect(sold).toMatchObject({ verdict: "non-inferior", better: "higher", unit: "share" });
    await expect.poll(async () => (await viewOf(server, rollout)).outcome).toBe("promoted");
  });

  test("a judge's scores of another digest, and of sessions that nobody sampled, are kept and are no evidence", async () => {
    const metrics = "judge: { score: helpful, digest: judge@3, required: true }";
    const server = await start(comparing("good-2026-01-01", metrics));
    await open(server, comparing("bad-2026-03-01", metrics));
    const { id } = await call(server, { session: "judged" });
    const said = async (judge: string, name = "helpful") =>
      (await send<FeedbackAnswer>(server, "/v1/feedback", { call: id, scores: { [name]: 0.7 }, judge })).body.evidence;
    expect(await said("judge@2")).toEqual([{ said: "score helpful", used: "other_judge" }]);
    expect(await said("judge@3", "polite")).toEqual([{ said: "score polite", used: "not_compared" }]);
    expect(await said("judge@3")).toEqual([{ said: "score helpful", used: "counted" }]);
  });

  test("a judge's lower scores roll a release back", async () => {
    const metrics = "judge: { score: helpful, digest: judge@3, required: true }";
    const server = await start(comparing("good-2026-01-01", metrics));
    const rollout = await open(server, comparing("bad-2026-03-01", metrics));
    const seen = await drive(server, rollout, {
      say: each(({ id, arm }) =>
        send(server, "/v1/feedback", {
          call: id,
          scores: { helpful: arm === "candidate" ? 0.3 : 0.9 },
          judge: "judge@3",
        }),
      ),
      isThere: ({ state }) => state === "rolled_back",
    });
    expect(seen.union.blame).toBe("judge");
    expect(seen.explanation).toContain("the judge's score is");
  });

  test("what comes after the window, or after the rollout, says that it is no evidence", async () => {
    const server = await start(comparing("good-2026-01-01", "thumbs: { within: 100ms, required: true }"));
    const before = await call(server, { session: "before" });
    const said = async (id: string) =>
      (await send<FeedbackAnswer>(server, "/v1/feedback", { call: id, thumbs: "down" })).body.evidence[0]?.used;
    expect(await said(before.id)).toBe("no_rollout");
    await open(server, comparing("bad-2026-03-01", "thumbs: { within: 100ms, required: true }"));
    const during = await call(server, { session: "during" });
    await vi.waitFor(async () => expect(await said(during.id)).toBe("late"), 60_000);
  });
});

describe("what is kept", () => {
  test("is shown in the list, with filters, and with its call", async () => {
    const server = await start(comparing("good-2026-01-01", NOTHING));
    const { id } = await call(server, { session: "s-1" });
    const sent = await send<FeedbackAnswer>(server, "/v1/feedback", {
      id: "mine-1",
      call: id,
      thumbs: "down",
      problem: { category: "wrong", comment: "It is 42." },
      scores: { helpful: 0.25 },
      judge: "Ada",
      correction: "The answer is 42.",
    });
    expect(sent).toMatchObject({ status: 200, body: { id: "mine-1", duplicate: false, evicted: false } });
    const metric = { id: "m-1", session: "s-1", name: "minutes", value: 12.5 };
    await send(server, "/v1/metrics", { metrics: [metric] });
    const list = async (query = ""): Promise<Listed> =>
      ((await server.ask("GET", `/api/feedback${query}`)).body as { readonly data: Listed }).data;
    const all = await list();
    expect(all.map(({ kind, name, value, judge, text }) => [kind, name, value, judge, text])).toEqual([
      ["metric", "minutes", 12.5, null, null],
      ["correction", null, null, null, "The answer is 42."],
      ["score", "helpful", 0.25, "Ada", null],
      ["problem", "wrong", null, null, "It is 42."],
      ["thumbs", null, 0, null, null],
    ]);
    expect(all[0]).toMatchObject({ call: null, session: "s-1", endpoint: "support-bot", release: "support-bot@1" });
    expect(await list("?kind=metric")).toHaveLength(1);
    expect(await list(`?call=${id}&limit=2`)).toHaveLength(2);
    expect(await list(`?before=${all[1]?.position}`)).toHaveLength(3);
    expect(await list("?endpoint=other")).toEqual([]);
    const shown = (await server.ask("GET", `/api/calls/${id}`)).body as { readonly feedback: Listed };
    expect(shown.feedback).toEqual(all.slice(1));
  });

  test("the same id changes nothing, in feedback and in metrics", async () => {
    const server = await start(comparing("good-2026-01-01", NOTHING));
    const { id } = await call(server, {});
    const say = () => send<FeedbackAnswer>(server, "/v1/feedback", { id: "once", call: id, thumbs: "up" });
    expect([(await say()).body.duplicate, (await say()).body.duplicate]).toEqual([false, true]);
    const metrics = [1, 2, 2].map((value) => ({ id: `m-${value}`, call: id, name: "n", value }));
    const one = await send<MetricsAnswer>(server, "/v1/metrics", { metrics });
    expect(one.body.data.map(({ result }) => result)).toEqual(["recorded", "recorded", "duplicate"]);
    const other = await send<Refused>(server, "/v1/feedback", { id: "once", call: id, thumbs: "down" });
    expect(other).toMatchObject({ status: 400, body: { error: { param: "id" } } });
    const reused = await send<MetricsAnswer>(server, "/v1/metrics", {
      metrics: [{ id: "m-1", call: id, name: "n", value: 7 }],
    });
    expect(reused.body).toMatchObject({ rejected: 1, data: [{ error: { code: "invalid_request" } }] });
    const again = await send<MetricsAnswer>(server, "/v1/metrics", { metrics });
    expect(again.body).toMatchObject({ recorded: 0, duplicates: 3, rejected: 0, evidence: 0 });
  });

  test("a thumbs-down makes the server forget the kept answer that served the call", async () => {
    const server = await start(comparing("good-2026-01-01", NOTHING, "\n    cache: { ttl: 1h }"));
    await call(server, {});
    const hit = await call(server, {});
    expect(hit.cache).toBe("hit");
    const up = await send<FeedbackAnswer>(server, "/v1/feedback", { call: hit.id, thumbs: "up" });
    expect(up.body.evicted).toBe(false);
    const down = await send<FeedbackAnswer>(server, "/v1/feedback", { call: hit.id, thumbs: "down" });
    expect(down.body.evicted).toBe(true);
    expect((await call(server, {})).cache).toBe("miss");
  });
});

describe("who may speak", () => {
  test("keys of one tenant speak of each other's calls, and nobody else's", async () => {
    const server = await start(comparing("good-2026-01-01", NOTHING));
    const [app, web, stranger, alone] = await Promise.all([
      tenantKey(server, "acme"),
      tenantKey(server, "acme"),
      tenantKey(server, "other"),
      tenantKey(server, null),
    ]);
    const { id } = await call(server, { session: "shared", key: app });
    const say = (key: string, subject: object) =>
      send<Refused>({ url: server.url, key }, "/v1/feedback", { ...subject, thumbs: "up" });
    expect((await say(app, { call: id })).status).toBe(200);
    expect((await say(web, { call: id })).status).toBe(200);
    expect((await say(web, { session: "shared", endpoint: "support-bot" })).status).toBe(200);
    for (const key of [stranger, alone]) {
      expect(await say(key, { call: id })).toMatchObject({ status: 404, body: { error: { code: "call_not_found" } } });
      expect(await say(key, { session: "shared" })).toMatchObject({
        status: 404,
        body: { error: { code: "session_not_found" } },
      });
    }
    const metrics = [{ id: "m", call: id, name: "n", value: 1 }];
    const refused = await send<MetricsAnswer>({ url: server.url, key: stranger }, "/v1/metrics", { metrics });
    expect(refused.body).toMatchObject({
      rejected: 1,
      data: [{ result: "rejected", error: { code: "call_not_found" } }],
    });
  });

  test("a key without a tenant speaks of its own calls", async () => {
    const server = await start(comparing("good-2026-01-01", NOTHING));
    const [mine, other] = await Promise.all([tenantKey(server, null), tenantKey(server, null)]);
    const { id } = await call(server, { key: mine });
    expect((await send({ url: server.url, key: mine }, "/v1/feedback", { call: id, thumbs: "up" })).status).toBe(200);
    expect((await send({ url: server.url, key: other }, "/v1/feedback", { call: id, thumbs: "up" })).status).toBe(404);
  });
});

describe("requests that say nothing that can be used", () => {
  const SENSELESS: readonly (readonly [object, string])[] = [
    [{ thumbs: "up" }, "either `call` or `session`"],
    [{ call: "call_01jd0000000000000000000000", session: "s", thumbs: "up" }, "either `call` or `session`"],
    [{ call: "call_01jd0000000000000000000000" }, "must say something"],
    [{ call: "nonsense", thumbs: "up" }, "call"],
    [{ session: "s", scores: { helpful: 1.5 } }, "scores.helpful"],
    [{ session: "s", thumbs: "sideways" }, "thumbs"],
    [{ session: "s", thumbs: "up", more: 1 }, "more"],
  ];

  test("are refused in words", async () => {
    const server = await start(comparing("good-2026-01-01", NOTHING));
    for (const [body, words] of SENSELESS) {
      const answer = await send<Refused>(server, "/v1/feedback", body);
      expect(answer.status).toBe(400);
      expect(answer.body.error.message).toContain(words);
    }
    const metrics = Array.from({ length: 101 }, (_, index) => ({
      id: `m-${index}`,
      session: "s",
      name: "n",
      value: 1,
    }));
    expect((await send(server, "/v1/metrics", { metrics })).status).toBe(400);
    const never = { call: "call_01jd0000000000000000000000", thumbs: "up" };
    expect(await send(server, "/v1/feedback", never)).toMatchObject({ status: 404 });
  });

  test("a value outside the declared range, or of another kind, is turned away and says why; the others are taken", async () => {
    const metrics = "business: { basket: { range: [0, 100] }, sold: { event: good, required: true } }";
    const server = await start(comparing("good-2026-01-01", metrics));
    await open(server, comparing("bad-2026-03-01", metrics));
    const { id } = await call(server, { session: "s" });
    const sent = [
      { name: "basket", value: 101 },
      { name: "basket", value: true },
      { name: "sold", value: 7 },
      { name: "sold", value: false },
      { name: "basket", value: 40 },
      { name: "unheard-of", value: 1 },
    ].map((metric, index) => ({ id: `m-${index}`, call: id, ...metric }));
    const answer = await send<MetricsAnswer>(server, "/v1/metrics", { metrics: sent });
    expect(answer.status).toBe(200);
    expect(answer.body.data.map(({ result, used }) => [result, used])).toEqual([
      ["rejected", null],
      ["rejected", null],
      ["rejected", null],
      ["recorded", "no_event"],
      ["recorded", "counted"],
      ["recorded", "not_compared"],
    ]);
    expect(answer.body.data[0]?.error?.message).toContain("is declared from 0 to 100, and 101 is not in there");
    expect(answer.body).toMatchObject({ recorded: 3, rejected: 3, evidence: 1 });
  });
});

describe("what a judge is to score", () => {
  test("is told by session, at the plan's rate, without release and arm", async () => {
    const metrics = "judge: { score: helpful, digest: judge@3, sample: 50%, required: true }";
    const server = await start(comparing("good-2026-01-01", metrics));
    const rollout = await open(server, comparing("bad-2026-03-01", metrics));
    const sessions = Array.from({ length: 100 }, (_, index) => `s-${index}`);
    const called = await Promise.all(sessions.map((session) => call(server, { session })));
    await server.server.house.gateway.recorder.flush();
    const due = (await server.ask("GET", `/api/rollouts/${rollout}/to-judge?limit=101`)).body as {
      readonly data: readonly object[];
    };
    expect(due).toMatchObject({ score: "helpful", digest: "judge@3", next: null });
    // Once in two million times not, of 100 drawn at one half.
    expect(due.data.length).toBeGreaterThan(25);
    expect(due.data.length).toBeLessThan(75);
    expect(Object.keys(due.data[0] ?? {}).toSorted()).toEqual(["at", "call", "session"]);
    const fates = await Promise.all(
      called.map(async ({ id }) => {
        const scores = { helpful: 1 };
        const said = await send<FeedbackAnswer>(server, "/v1/feedback", { call: id, scores, judge: "judge@3" });
        return said.body.evidence[0]?.used;
      }),
    );
    expect(fates.filter((used) => used === "counted")).toHaveLength(due.data.length);
    expect(fates.filter((used) => used === "not_sampled")).toHaveLength(100 - due.data.length);
  });
});
