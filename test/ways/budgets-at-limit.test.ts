import { afterEach, describe, expect, test } from "vitest";
import { sendProject } from "../../src/cli/send-project.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const HAS_DATABASE = process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined;

let database: FreshDatabase | null = null;
let servers: RunningServer[] = [];

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  servers = [];
  await database?.drop();
  database = null;
});

/** $1 and $2 per token: a call of 20 tokens sets aside about $1,200 and costs less than $50. */
const DEAR = { input: 1_000_000 };

async function start(
  budget: string,
  { queue = "{ wait: 30s }", firstToken = "100ms" }: { readonly queue?: string; readonly firstToken?: string } = {},
): Promise<RunningServer> {
  const files = {
    "rollward.yaml": `${simulatedText(modelText("dear-2026-01-01", { ...DEAR, firstToken }))}
endpoints:
  support-bot:
    models: [sim/dear-2026-01-01]
    retries: { attempts: 1 }
limits: { queue: ${queue} }
budgets:
  one: ${budget}
`,
  };
  const server = await startServer(files, database === null ? {} : { database });
  servers.push(server);
  return server;
}

interface Call {
  readonly model?: string;
  readonly maxTokens?: number;
  readonly session?: string;
  readonly signal?: AbortSignal;
}

const call = (
  { url }: RunningServer,
  { model = "support-bot", maxTokens = 20, session, signal }: Call = {},
): Promise<Response> =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      ...(session !== undefined && { "x-rollward-session": session }),
    },
    body: JSON.stringify({
      model,
      max_tokens: maxTokens,
      messages: [{ role: "user", content: "Hello" }],
    }),
    ...(signal !== undefined && { signal }),
  });

async function finished(calls: readonly Promise<Response>[]): Promise<readonly Response[]> {
  const answers = await Promise.all(calls);
  await Promise.all(answers.map((answer) => answer.clone().text()));
  return answers;
}

const statusesOf = (answers: readonly Response[]): readonly number[] =>
  answers.map(({ status }) => status).toSorted((one, other) => one - other);

const QUEUED = "{ per: environment, window: total, amount: 2000, at_limit: queue }";

/** Longer than any test: who is asked so is left by its client. */
const FOR_EVER = "100s";

/** Calls for which money is set aside. */
const openOn = ({ server }: RunningServer): number => server.house.gateway.budgets.counts().open;

const waitingOn = ({ server }: RunningServer): number => server.house.gateway.waiting.counts().calls;

describe("a budget whose calls wait", () => {
  test("lets them go one after the other as what is held is freed, and says how long they have waited", async () => {
    const server = await start(QUEUED, { firstToken: "1500ms" });
    const first = call(server);
    await expect.poll(() => openOn(server)).toBe(1);
    const answers = await finished([first, call(server), call(server)]);
    expect(statusesOf(answers)).toEqual([200, 200, 200]);
    const waits = answers.map(({ headers }) => Number(headers.get("x-rollward-queue-wait-ms")));
    expect(Math.max(...waits)).toBeGreaterThan(0);
    expect(server.server.house.gateway.load.unpaid).toBe(0);
  });

  test("is bounded in number and time: who finds no place, or no money in time, is told so by the budget", async () => {
    const server = await start(QUEUED, { queue: "{ wait: 400ms, calls: 2 }", firstToken: FOR_EVER });
    const leaving = new AbortController();
    const first = call(server, { signal: leaving.signal });
    await expect.poll(() => openOn(server)).toBe(1);
    const refused = await finished(Array.from({ length: 5 }, () => call(server)));
    expect(statusesOf(refused)).toEqual([429, 429, 429, 429, 429]);
    for (const answer of refused) {
      expect(answer.headers.get("retry-after")).toBe("1");
      expect(await answer.text()).toContain("budget_held");
    }
    expect(server.server.house.gateway.load.unpaid).toBe(5);
    expect((await server.ask("GET", "/api/health")).body).toMatchObject({ meters: { budgets: { refused: 5 } } });
    expect((await server.ask("GET", "/api/limits")).body).toMatchObject({
      refused: 0,
      refused_by_budgets: 5,
      refused_by: [{ type: "budget", name: "one", calls: 5 }],
      queue: { allowed: { calls: 2, wait_ms: 400 }, turned_away: 5 },
    });
    leaving.abort();
    await expect(first).rejects.toThrow("aborted");
  });

  test("refuses at once what is spent: waiting would not help", async () => {
    const server = await start("{ per: environment, window: total, amount: 100, at_limit: queue }");
    const refused = await call(server);
    expect(refused.status).toBe(402);
    expect(refused.headers.get("x-rollward-queue-wait-ms")).toBeNull();
    expect(await refused.text()).toContain("budget_spent");
  });

  test("a client that leaves gives up its place and holds nothing", async () => {
    const server = await start(QUEUED, { queue: "{ wait: 5m }", firstToken: FOR_EVER });
    const [first, second] = [new AbortController(), new AbortController()];
    const held = call(server, { signal: first.signal });
    await expect.poll(() => openOn(server)).toBe(1);
    const left = call(server, { signal: second.signal });
    await expect.poll(() => waitingOn(server)).toBe(1);
    expect((await server.ask("GET", "/api/limits")).body).toMatchObject({
      queue: { calls: 1, lines: [{ limit: "budget:one", calls: 1 }] },
    });
    second.abort();
    await expect(left).rejects.toThrow("aborted");
    await expect.poll(() => waitingOn(server)).toBe(0);
    expect(openOn(server)).toBe(1);
    first.abort();
    await expect(held).rejects.toThrow("aborted");
    await expect.poll(() => openOn(server)).toBe(0);
    expect(server.server.house.gateway.load.unpaid).toBe(0);
  });

  test("who has waited while somebody stopped everything is refused, and what was set aside is free again", async () => {
    const server = await start(QUEUED, { queue: "{ wait: 5m }", firstToken: FOR_EVER });
    const leaving = new AbortController();
    const first = call(server, { signal: leaving.signal });
    await expect.poll(() => openOn(server)).toBe(1);
    const second = call(server);
    await expect.poll(() => waitingOn(server)).toBe(1);
    const paused = await server.ask("POST", "/api/pauses", { subject: { type: "everything" }, reason: "a test" });
    expect(paused.status).toBe(200);
    leaving.abort();
    await expect(first).rejects.toThrow("aborted");
    expect((await second).status).toBe(503);
    await expect.poll(() => openOn(server)).toBe(0);
  });

  test.runIf(HAS_DATABASE)("on several servers a call waits for what another one holds", async () => {
    database = await createFreshDatabase();
    const pair = [await start(QUEUED), await start(QUEUED)];
    const answers = await finished(pair.flatMap((server) => [call(server), call(server), call(server)]));
    expect(statusesOf(answers)).toEqual([200, 200, 200, 200, 200, 200]);
  });
});

/** A dear endpoint, a cheap one that stands in for it, and a rollout on the dear one where asked for. */
const twoEndpoints = (seed: number | null, amount = "1500"): Readonly<Record<string, string>> => ({
  "rollward.yaml": `${simulatedText(modelText("dear-2026-01-01", DEAR), modelText("cheap-2026-01-01", { input: 1 }))}
endpoints:
  support-bot:
    models: [sim/dear-2026-01-01]
    ${seed === null ? "" : `parameters: { seed: ${seed} }`}
    rollout: { steps: [{ weight: 50%, min_duration: 1h, min_sessions: 20 }, 100%] }
  small-bot:
    models: [sim/cheap-2026-01-01]
  other-bot:
    models: [sim/dear-2026-01-01]
budgets:
  firm: { per: environment, window: total, amount: ${amount}, at_limit: degrade, degrade_to: { support-bot: small-bot } }
`,
});

interface Recorded {
  readonly release: string | null;
  readonly endpoint: string | null;
  readonly rollout: string | null;
}

describe("a budget that names a cheaper release", () => {
  test("has it answer what does not fit; the call is recorded with it and is no evidence of a rollout", async () => {
    const server = await startServer(twoEndpoints(null));
    servers.push(server);
    const applied = await sendProject(
      { url: server.url, key: ADMIN_KEY },
      { path: writeProject(twoEndpoints(7)), dryRun: false },
    );
    expect(applied.mistakes).toEqual([]);
    const fits = await call(server, { session: "one" });
    expect(fits.headers.get("x-rollward-release")).toMatch(/^support-bot@[12]$/);
    await fits.text();
    await expect.poll(() => openOn(server)).toBe(0);
    const degraded = await call(server, { session: "one", maxTokens: 500 });
    expect(degraded.status).toBe(200);
    expect(degraded.headers.get("x-rollward-release")).toBe("small-bot@1");
    expect(degraded.headers.get("x-rollward-placement")).toBe("degraded");
    expect(degraded.headers.get("x-rollward-tier")).toBe("primary");
    await degraded.text();
    const recordedOf = async (answer: Response): Promise<Recorded | null> => {
      const { status, body } = await server.ask("GET", `/api/calls/${answer.headers.get("x-rollward-call")}`);
      return status === 200 ? (body as Recorded) : null;
    };
    await expect.poll(async () => (await recordedOf(degraded))?.release).toBe("small-bot@1");
    expect(await recordedOf(degraded)).toMatchObject({ endpoint: "support-bot", rollout: null });
    // Its session is where it was as soon as there is money.
    const back = await call(server, { session: "one" });
    expect(back.headers.get("x-rollward-release")).toBe(fits.headers.get("x-rollward-release"));
    await back.text();
  });

  test("leaves a session out of the comparison that it answers from the first call on", async () => {
    const server = await startServer(twoEndpoints(null));
    servers.push(server);
    const project = { path: writeProject(twoEndpoints(7)), dryRun: false };
    expect((await sendProject({ url: server.url, key: ADMIN_KEY }, project)).mistakes).toEqual([]);
    const { routes } = server.server.house.gateway;
    await expect.poll(() => routes.byEndpoint("support-bot")?.split?.collecting).toBe(true);
    const degraded = await call(server, { session: "new", maxTokens: 500 });
    expect(degraded.headers.get("x-rollward-placement")).toBe("degraded");
    await degraded.text();
    const compared = async (): Promise<unknown> => {
      const { body } = await server.ask("GET", "/api/rollouts?endpoint=support-bot");
      const [one] = (body as { readonly data: readonly Record<string, Readonly<Record<string, number>>>[] }).data;
      const sumOf = (counts: Readonly<Record<string, number>> = {}): number =>
        Object.values(counts).reduce((sum, count) => sum + count, 0);
      return { observed: sumOf(one?.["sessions"]), leftOut: sumOf(one?.["left_out"]) };
    };
    await expect.poll(compared).toEqual({ observed: 0, leftOut: 1 });
  });

  test("refuses what even that release cannot be paid for, and what no release is named for", async () => {
    const server = await startServer(twoEndpoints(null, "0.001"));
    servers.push(server);
    const refused = await call(server);
    expect([refused.status, refused.headers.get("x-rollward-release")]).toEqual([402, "support-bot@1"]);
    expect(refused.headers.get("x-rollward-placement")).toBeNull();
    const other = await call(server, { model: "other-bot" });
    expect([other.status, other.headers.get("x-rollward-release")]).toEqual([402, "other-bot@1"]);
    expect(server.server.house.gateway.load.unpaid).toBe(2);
    const linesOf = async (): Promise<readonly string[]> => {
      const { body } = await server.ask("GET", "/api/changes?kind=budget");
      return (body as { readonly data: readonly { readonly line: string }[] }).data.map(({ line }) => line);
    };
    await expect
      .poll(linesOf, { timeout: 60_000 })
      .toContain("The budget firm has begun to refuse calls: nothing cheaper can answer with what is left of $0.0010");
    expect((await linesOf()).filter((line) => line.includes("has begun"))).toHaveLength(1);
  });

  test("has it answer nothing while somebody has stopped its calls", async () => {
    const server = await startServer(twoEndpoints(null));
    servers.push(server);
    const answered = await call(server, { maxTokens: 500 });
    expect([answered.status, answered.headers.get("x-rollward-release")]).toEqual([200, "small-bot@1"]);
    await answered.text();
    const stop = { subject: { type: "endpoint", name: "small-bot" }, reason: "a test" };
    expect((await server.ask("POST", "/api/pauses", stop)).status).toBe(200);
    const refused = await call(server, { maxTokens: 500 });
    expect([refused.status, refused.headers.get("x-rollward-release")]).toEqual([402, "support-bot@1"]);
    expect((await call(server)).status).toBe(200);
  });
});
