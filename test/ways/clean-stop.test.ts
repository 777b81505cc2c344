import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { z } from "zod";
import { sendProject } from "../../src/cli/send-project.ts";
import type { rolloutView } from "../../src/contract/rollouts.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const project = (model: string): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"), modelText("better-2026-02-01"))}
endpoints:
  bot:
    models: [sim/${model}]
    rollout:
      steps: [{ weight: 50%, min_duration: 1h, min_sessions: 1000 }, 100%]
      metrics: { errors: { no_worse: 2 }, latency: false, cost: false }
`,
});

const SESSIONS = 40;

let database: FreshDatabase | null = null;
let servers: RunningServer[] = [];

afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await database?.drop();
  servers = [];
  database = null;
});

type Terms = Parameters<typeof startServer>[1];

async function start(terms: Terms): Promise<RunningServer> {
  const server = await startServer(project("good-2026-01-01"), terms);
  servers.push(server);
  return server;
}

async function startRollout({ url }: RunningServer): Promise<string> {
  const path = writeProject(project("better-2026-02-01"));
  const { endpoints } = await sendProject({ url, key: ADMIN_KEY }, { path, dryRun: false });
  return endpoints[0]?.rollout ?? expect.unreachable("A rollout was begun.");
}

const isSplit = ({ server }: RunningServer): Promise<void> =>
  expect.poll(() => server.house.gateway.routes.byEndpoint("bot")?.split?.collecting).toBe(true);

async function call({ url }: RunningServer, session: string): Promise<void> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ADMIN_KEY}`,
      "content-type": "application/json",
      "x-rollward-session": session,
    },
    body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Hello" }] }),
  });
  await response.arrayBuffer();
  expect(response.status).toBe(200);
}

/** Sessions that end, and the server's stop at once behind them. */
async function callAndStop(server: RunningServer): Promise<void> {
  await Promise.all(Array.from({ length: SESSIONS }, (_, index) => call(server, `s-${index}`)));
  servers = servers.filter((one) => one !== server);
  await server.stop();
}

async function observed(server: RunningServer, rollout: string): Promise<number> {
  const { metrics } = (await server.ask("GET", `/api/rollouts/${rollout}`)).body as z.output<typeof rolloutView>;
  const { stable, candidate } = metrics.find(({ metric }) => metric === "errors")?.n ?? { stable: 0, candidate: 0 };
  return stable + candidate;
}

test("a stop in good order loses no session that has ended", async () => {
  const dataDir = join(mkdtempSync(join(tmpdir(), "rollward-stop-")), "data");
  const first = await start({ dataDir });
  const rollout = await startRollout(first);
  await isSplit(first);
  await callAndStop(first);
  expect(await observed(await start({ dataDir }), rollout)).toBe(SESSIONS);
});

// Only where there is a database server: `.ci/run` starts one and names it.
test.runIf(process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined)(
  "nor that of one of several servers, which hears the others out before it goes",
  async () => {
    database = await createFreshDatabase();
    const terms = database === null ? expect.unreachable("There is a database server.") : { database };
    const one = await start(terms);
    const other = await start(terms);
    const rollout = await startRollout(one);
    await Promise.all([isSplit(one), isSplit(other)]);
    await expect.poll(() => one.server.house.delivery.replicas.live).toHaveLength(2);
    await callAndStop(one);
    await expect.poll(() => observed(other, rollout)).toBe(SESSIONS);
  },
);
