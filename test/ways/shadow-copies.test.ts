import { afterEach, describe, expect, test, vi } from "vitest";
import type { z } from "zod";
import { runCli } from "../../src/cli/run-cli.ts";
import { sendProject } from "../../src/cli/send-project.ts";
import type { showCopies } from "../../src/contract/copies.ts";
import type { rolloutView } from "../../src/contract/rollouts.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Copies = z.output<typeof showCopies.answer>;
type RolloutView = z.output<typeof rolloutView>;

const project = (model: string, rollout: string): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(
    modelText("good-2026-01-01"),
    modelText("better-2026-02-01"),
    modelText("bad-2026-03-01", { failures: "malformed: 60%" }),
    modelText("dear-2026-04-01", { input: 1_000 }),
  )}
endpoints:
  support-bot:
    models: [sim/${model}]
    retries: { attempts: 1 }
    rollout: ${rollout}
`,
});

const SHADOW = `{ strategy: shadow, shadow: { sample: 100%, min_duration: 0s, min_pairs: 30 }, metrics: { latency: false, cost: false } }`;

let servers: RunningServer[] = [];
let database: FreshDatabase | null = null;

afterEach(async () => {
  for (const server of servers) await server.stop();
  servers = [];
  await database?.drop();
  database = null;
});

async function start(shared?: FreshDatabase, files = project("good-2026-01-01", "{}")): Promise<RunningServer> {
  const server = await startServer(files, shared === undefined ? {} : { database: shared });
  servers.push(server);
  return server;
}

async function apply({ url }: RunningServer, model: string, rollout: string): Promise<string> {
  const terms = { path: writeProject(project(model, rollout)), dryRun: false };
  const answer = await sendProject({ url, key: ADMIN_KEY }, terms);
  expect(answer.mistakes).toEqual([]);
  const id = answer.endpoints[0]?.rollout;
  if (id === null || id === undefined) throw new Error("No rollout was opened.");
  return id;
}

const shown = async (server: RunningServer, id: string): Promise<RolloutView> =>
  (await server.ask("GET", `/api/rollouts/${id}`)).body as RolloutView;

/** What comes out when the decisions of a rollout are computed again. */
const replayed = async (server: RunningServer, id: string): Promise<readonly string[]> => {
  const { body } = await server.ask("GET", `/api/rollouts/${id}/replay`);
  const { decisions } = body as { decisions: { facts: string[]; result: string; detail: string | null }[] };
  return decisions.map(({ facts, result, detail }) => `${facts.join(" ")}: ${detail ?? result}`);
};

const copiesOf = async (server: RunningServer, id: string): Promise<Copies> =>
  (await server.ask("GET", `/api/rollouts/${id}/copies`)).body as Copies;

async function call(
  { url }: RunningServer,
  session: string,
): Promise<{ readonly status: number; readonly release: string | null; readonly text: string }> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "x-rollward-session": session,
    },
    body: JSON.stringify({
      model: "support-bot",
      max_tokens: 50,
      messages: [{ role: "user", content: `Where is my parcel, ${session}?` }],
    }),
  });
  return { status: response.status, release: response.headers.get("x-rollward-release"), text: await response.text() };
}

/** Sessions one after the other until the rollout is somewhere. */
async function callUntil(
  to: readonly RunningServer[],
  id: string,
  isThere: (view: RolloutView) => boolean,
): Promise<RolloutView> {
  for (let number = 0; number < 2_000; number += 1) {
    const server = to[number % to.length];
    if (server === undefined) break;
    const { status, release } = await call(server, `s-${number}`);
    expect(status).toBe(200);
    expect(release).toBe("support-bot@1");
    if (number % 10 > 0) continue;
    const view = await shown(server, id);
    if (isThere(view)) return view;
  }
  throw new Error(`It did not come to that: ${JSON.stringify(await shown(servers[0] as RunningServer, id))}`);
}

/** Stages are looked for once a second, pairs four times. */
const SOON = { timeout: 60_000, interval: 50 };

/** Waits until every server copies calls. */
const copying = (id: string): Promise<void> =>
  vi.waitFor(() => {
    for (const { server } of servers) {
      expect(server.house.gateway.routes.byEndpoint("support-bot")?.shadow?.rolloutId).toBe(id);
      expect(server.house.shadows.reading(id)).not.toBeNull();
    }
  }, SOON);

describe("a shadow rollout", () => {
  test("compares a candidate on copies that nobody sees, and ends when it is proven no worse", async () => {
    const server = await start();
    const id = await apply(server, "better-2026-02-01", SHADOW);
    await copying(id);
    const view = await callUntil([server], id, ({ state }) => state === "completed");
    expect(view.outcome).toBe("observed");
    const copies = await copiesOf(server, id);
    expect(copies.pairs).toBeGreaterThanOrEqual(30);
    expect(BigInt(copies.spent_pico)).toBeGreaterThan(0n);
    expect(copies.answers.compared).toBe(copies.copies - copies.excused);
    expect(copies.recent[0]?.candidate.call).not.toBe(copies.recent[0]?.stable.call);
    await server.server.house.gateway.recorder.flush();
    const copy = await server.ask("GET", `/api/calls/${copies.recent[0]?.candidate.call}`);
    expect(copy.body).toMatchObject({ arm: "shadow", rollout: id, release: "support-bot@2" });
    let said = "";
    await runCli(
      ["--url", server.url, "rollout", "copies", id],
      { ROLLWARD_ADMIN_KEY: ADMIN_KEY },
      (text) => (said += text),
    );
    const listed = (await server.ask("GET", "/api/rollouts?endpoint=support-bot")).body as { data: RolloutView[] };
    expect(Number.isFinite(listed.data[0]?.union.threshold)).toBe(true);
    expect(await replayed(server, id)).toEqual(["ShadowPassed Completed: same"]);
    expect(said).toMatch(/^\d+ copies for [\d.]+ USD; \d+ sessions are evidence/);
  });

  test("takes a candidate back whose copies fail, before any user has seen it", async () => {
    const server = await start();
    const ladder = `{ shadow: { sample: 100%, min_duration: 0s, min_pairs: 400 }, steps: [{ weight: 50%, min_duration: 0s, min_sessions: 0 }, 100%], metrics: { latency: false, cost: false } }`;
    const id = await apply(server, "bad-2026-03-01", ladder);
    await copying(id);
    const view = await callUntil([server], id, ({ state }) => state === "rolled_back");
    expect(view.explanation).toContain("errors of the copies");
    expect(await replayed(server, id)).toEqual(["HarmCrossed RollbackStarted: same"]);
    const exported = (await server.ask("GET", `/api/rollouts/${id}/export`)).body as { verdicts: unknown[] };
    expect(exported.verdicts).toMatchObject([{ replay: "same" }]);
    const [{ metrics } = { metrics: [] }] = exported.verdicts as readonly { metrics: readonly object[] }[];
    expect(metrics[0]).toMatchObject({ metric: "shadow:errors", verdict: "harm" });
  });

  test("spends no more on copies than its budget", async () => {
    const server = await start();
    const budget = `{ strategy: shadow, on_inconclusive: hold, shadow: { sample: 100%, min_duration: 0s, min_pairs: 100000, budget_usd: 5 }, metrics: { latency: false, cost: false } }`;
    const id = await apply(server, "dear-2026-04-01", budget);
    await copying(id);
    await callUntil([server], id, ({ state }) => state === "completed");
    const { spent_pico: spent, copies } = await copiesOf(server, id);
    expect(copies).toBeGreaterThan(0);
    expect(BigInt(spent)).toBeLessThanOrEqual(5_000_000_000_000n);
  });

  test("adds up the pairs of all servers, the same on each, and goes on after a restart", async () => {
    database = await createFreshDatabase();
    if (database === null) return;
    const [one, other] = [await start(database), await start(database)];
    const endless = SHADOW.replace("min_pairs: 30", "min_pairs: 100000");
    const id = await apply(one, "better-2026-02-01", endless);
    await copying(id);
    for (let number = 0; number < 30; number += 1) await call(number % 2 === 0 ? one : other, `s-${number}`);
    await vi.waitFor(() => {
      const [here, there] = servers.map(({ server }) => server.house.shadows.reading(id));
      expect(here?.pairs).toBeGreaterThan(10);
      expect(here).toEqual(there);
    }, SOON);
    await start(database, project("better-2026-02-01", endless));
    // Copies that were under way go on adding pairs.
    await vi.waitFor(() => {
      const [here, , anew] = servers.map(({ server }) => server.house.shadows.reading(id));
      expect(anew?.pairs).toBeGreaterThan(10);
      expect(anew).toEqual(here);
    }, SOON);
  });
});
