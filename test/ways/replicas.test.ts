import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { z } from "zod";
import { sendProject } from "../../src/cli/send-project.ts";
import type { rolloutView } from "../../src/contract/rollouts.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { withinASecond } from "../fixtures/within-a-second.ts";

type RolloutView = z.output<typeof rolloutView>;

/** A lead that nobody gave back runs out after 5 s. */
const LATER = { timeout: 60_000, interval: 100 };

const project = (model: string): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"), modelText("better-2026-02-01"), modelText("bad-2026-03-01", { failures: "server_error: 70%" }))}
endpoints:
  support-bot:
    models: [sim/${model}]
    retries: { attempts: 1 }
    rollout:
      steps: [{ weight: 50%, min_duration: 1h, min_sessions: 20 }, 100%]
      metrics: { errors: { no_worse: 2 }, latency: false, cost: false }
`,
});

/** A provider that needs a secret. */
const FAR = `providers:
  far:
    kind: openai-compatible
    base_url: http://127.0.0.1:9/v1
    key_env: FAR_KEY
    models: { gpt-x: { price: { input: 1, output: 1 } } }`;

/** The same without the endpoint that is looked at. */
const EMPTY = {
  "rollward.yaml": project("good-2026-01-01")["rollward.yaml"]?.replace("support-bot:", "other-bot:") ?? "",
};

let database: FreshDatabase | null = null;
let servers: RunningServer[] = [];

/** Starts servers on one database; the first one's project is everybody's. */
async function startAll(count: number, files: Record<string, string>): Promise<readonly RunningServer[]> {
  for (let index = 0; index < count; index += 1) await startOne({}, files);
  return servers;
}

async function startOne(
  environment: Readonly<Record<string, string>>,
  files = project("good-2026-01-01"),
): Promise<RunningServer> {
  if (database === null) throw new Error("There is no database server.");
  const server = await startServer(files, { database, environment });
  servers.push(server);
  return server;
}

async function apply({ url }: RunningServer, files: Record<string, string>): Promise<string | null> {
  const answer = await sendProject({ url, key: ADMIN_KEY }, { path: writeProject(files), dryRun: false });
  expect(answer.mistakes).toEqual([]);
  return answer.endpoints[0]?.rollout ?? null;
}

/** One turn of a session; answers the arm that served it and the status. */
async function call(
  { url }: RunningServer,
  { session, key = ADMIN_KEY, turn = 1 }: { readonly session: string; readonly key?: string; readonly turn?: number },
): Promise<{ readonly status: number; readonly arm: string | null }> {
  const earlier = [
    { role: "user", content: "Hello" },
    { role: "assistant", content: "Hello!" },
  ];
  const messages = [...Array.from({ length: turn - 1 }, () => earlier).flat(), { role: "user", content: "And now?" }];
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", "x-rollward-session": session },
    body: JSON.stringify({ model: "support-bot", messages }),
  });
  await response.arrayBuffer();
  return { status: response.status, arm: response.headers.get("x-rollward-arm") };
}

/** Waits until every server sends sessions to the candidate. */
const splitEverywhere = (all: readonly RunningServer[]): Promise<void> =>
  vi.waitFor(() => {
    const routes = all.map(({ server }) => server.house.gateway.routes.byEndpoint("support-bot"));
    expect(routes.every((route) => route?.split?.collecting === true)).toBe(true);
  }, LATER);

const view = async (server: RunningServer, id: string): Promise<RolloutView> =>
  (await server.ask("GET", `/api/rollouts/${id}`)).body as RolloutView;

// Only where there is a database server: `.ci/run` starts one and names it.
describe.runIf(process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined)("several servers on one database", () => {
  beforeEach(async () => {
    database = await createFreshDatabase();
    servers = [];
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await database?.drop();
  });

  test("share keys, pauses and projects within a second, revoked keys and new endpoints too", async () => {
    const [one, other] = await startAll(2, EMPTY);
    if (one === undefined || other === undefined) throw new Error("Two servers were started.");
    const made = await one.ask("POST", "/api/keys", {
      name: "app",
      scopes: ["inference"],
      endpoints: null,
      expires_at: null,
    });
    const { secret, key } = made.body as { readonly secret: string; readonly key: { readonly id: string } };
    await apply(one, project("good-2026-01-01"));
    await withinASecond(async () => expect((await call(other, { session: "a", key: secret })).status).toBe(200));
    const pause = await one.ask("POST", "/api/pauses", { subject: { type: "everything" }, reason: "fire" });
    await withinASecond(async () => expect((await call(other, { session: "a" })).status).toBe(503));
    await one.ask("POST", `/api/pauses/${(pause.body as { readonly id: string }).id}/lift`, { reason: "out" });
    await withinASecond(async () => expect((await call(other, { session: "a" })).status).toBe(200));
    await one.ask("DELETE", `/api/keys/${key.id}`);
    await withinASecond(async () => expect((await call(other, { session: "a", key: secret })).status).toBe(401));
  });

  test("add up their evidence: harm that none of them sees enough of alone is proven and withdrawn everywhere", async () => {
    const all = await startAll(3, project("good-2026-01-01"));
    const [one] = all;
    if (one === undefined) throw new Error("Three servers were started.");
    const rollout = (await apply(one, project("bad-2026-03-01"))) ?? "none";
    await splitEverywhere(all);
    for (let sent = 0; sent < 600; sent += 30) {
      await Promise.all(
        Array.from({ length: 30 }, (_, index) => call(all[index % 3] ?? one, { session: `s-${sent + index}` })),
      );
      if ((await view(one, rollout)).state.startsWith("rolled_back")) break;
    }
    await vi.waitFor(async () => expect((await view(one, rollout)).state).toBe("rolled_back"), LATER);
    const { metrics } = await view(one, rollout);
    const counted = metrics.find(({ metric }) => metric === "errors")?.n ?? { stable: 0, candidate: 0 };
    expect(counted.candidate).toBeGreaterThan(0);
    await withinASecond(async () => {
      for (const server of all) expect((await call(server, { session: `after-${Math.random()}` })).arm).toBe("stable");
    });
  });

  test("keep a session on its side whichever server it comes to", async () => {
    const [one, other] = await startAll(2, project("good-2026-01-01"));
    if (one === undefined || other === undefined) throw new Error("Two servers were started.");
    await apply(one, project("better-2026-02-01"));
    await splitEverywhere([one, other]);
    // All of so many are on one side once in ten million times.
    const sessions = Array.from({ length: 25 }, (_, index) => `s-${index}`);
    const first = await Promise.all(sessions.map((session) => call(one, { session })));
    expect(new Set(first.map(({ arm }) => arm)).size).toBe(2);
    await vi.waitFor(async () => {
      const second = await Promise.all(sessions.map((session) => call(other, { session, turn: 2 })));
      expect(second.map(({ arm }) => arm)).toEqual(first.map(({ arm }) => arm));
    }, LATER);
  });

  test("count a session once whose calls came to all of them at the same moment", async () => {
    const all = await startAll(2, project("good-2026-01-01"));
    const [one] = all;
    if (one === undefined) throw new Error("Two servers were started.");
    const rollout = (await apply(one, project("better-2026-02-01"))) ?? "none";
    await splitEverywhere(all);
    const sessions = Array.from({ length: 18 }, (_, index) => `s-${index}`);
    await Promise.all(sessions.flatMap((session) => all.map((server) => call(server, { session }))));
    await vi.waitFor(() => {
      for (const { server } of all) {
        const ledger = server.house.delivery.observatory.ledger(rollout);
        const counted = ledger?.others.mergedWith(ledger.evidence).reading().sessions;
        expect((counted?.stable ?? 0) + (counted?.candidate ?? 0)).toBe(sessions.length);
        expect(ledger?.assignedInAll).toBe(sessions.length);
      }
    }, LATER);
  });

  test("send nobody to a candidate whose provider's secret one of them lacks, and wait with the rollout", async () => {
    const [other] = await startAll(1, project("good-2026-01-01"));
    const one = await startOne({ FAR_KEY: "secret" });
    if (other === undefined) throw new Error("A server was started.");
    const { "rollward.yaml": text = "" } = project("good-2026-01-01");
    const withFar = text.replace("models: [sim/", "models: [far/gpt-x, sim/").replace("providers:", FAR);
    const rollout = (await apply(one, { "rollward.yaml": withFar })) ?? "none";
    const routeOf = ({ server }: RunningServer) => server.house.gateway.routes.byEndpoint("support-bot");
    await vi.waitFor(() => expect(routeOf(one)?.split?.weight).toBe(0.5), LATER);
    await vi.waitFor(() => expect(routeOf(other)?.split?.weight).toBe(0), LATER);
    const arms = await Promise.all(Array.from({ length: 12 }, (_, index) => call(other, { session: `s-${index}` })));
    expect(new Set(arms.map(({ arm }) => arm))).toEqual(new Set(["stable"]));
    expect(arms.every(({ status }) => status === 200)).toBe(true);
    // The server that decides is the one that lacks the secret; it divides calls so a moment before it decides.
    const held = { activity: "held", holds: ["candidate_missing"] };
    await vi.waitFor(async () => expect(await view(one, rollout)).toMatchObject(held), LATER);
  });

  test("go on deciding when the one that decides is gone", async () => {
    const all = await startAll(2, project("good-2026-01-01"));
    const [one, other] = all;
    if (one === undefined || other === undefined) throw new Error("Two servers were started.");
    await vi.waitFor(() => expect(leaders(all)).toHaveLength(1), LATER);
    const [leader] = leaders(all);
    const left = leader === one ? other : one;
    servers = servers.filter((server) => server !== leader);
    await leader?.stop();
    await vi.waitFor(() => expect(leaders([left])).toHaveLength(1), LATER);
    const rollout = (await apply(left, project("bad-2026-03-01"))) ?? "none";
    for (let sent = 0; sent < 600; sent += 30) {
      await Promise.all(Array.from({ length: 30 }, (_, index) => call(left, { session: `s-${sent + index}` })));
      if ((await view(left, rollout)).state === "rolled_back") break;
    }
    await vi.waitFor(async () => expect((await view(left, rollout)).state).toBe("rolled_back"), LATER);
  });
});

const leaders = (all: readonly RunningServer[]): readonly RunningServer[] =>
  all.filter(({ server }) => server.house.delivery.replicas.isLeader);
