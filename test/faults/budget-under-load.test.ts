import { afterEach, describe, expect, test } from "vitest";
import { sendProject } from "../../src/cli/send-project.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer, writeProject } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const USD = 10n ** 12n;

const servers: RunningServer[] = [];
let database: FreshDatabase | null = null;
let stopLoad: () => Promise<void> = () => Promise.resolve();

afterEach(async () => {
  await stopLoad();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await database?.drop();
  database = null;
});

/** $1 and $2 per token: a call of 20 tokens costs about $30 and sets aside about $1,150. */
const project = (amount: number): Readonly<Record<string, string>> => ({
  "rollward.yaml": `${simulatedText(modelText("dear-2026-01-01", { input: 1_000_000, firstToken: "5ms" }))}
endpoints:
  support-bot:
    models: [sim/dear-2026-01-01]
budgets:
  all: { per: environment, window: total, amount: ${amount} }
`,
});

const call = async ({ url }: RunningServer): Promise<number> => {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "support-bot", max_tokens: 20, messages: [{ role: "user", content: "Hello" }] }),
  });
  await response.arrayBuffer();
  return response.status;
};

/** Ten clients that ask without a pause; what they have met since this was asked last. */
function load(all: readonly RunningServer[]) {
  const state = { isOver: false };
  let met: number[] = [];
  const client = async (index: number): Promise<void> => {
    while (!state.isOver) met.push(await call(all[index % all.length] as RunningServer));
  };
  const clients = Array.from({ length: 10 }, (_, index) => client(index));
  stopLoad = async () => {
    state.isOver = true;
    await Promise.all(clients);
  };
  return {
    take(): readonly number[] {
      const taken = met;
      met = [];
      return taken;
    },
    stop: stopLoad,
  };
}

async function books(server: RunningServer): Promise<{ readonly spent: bigint; readonly held: bigint }> {
  const { body } = await server.ask("GET", "/api/budgets");
  const [all] = (body as { readonly data: readonly { readonly spent_pico: string; readonly held_pico: string }[] })
    .data;
  return { spent: BigInt(all?.spent_pico ?? 0), held: BigInt(all?.held_pico ?? 0) };
}

async function apply(server: RunningServer, amount: number): Promise<void> {
  const path = writeProject(project(amount));
  const { mistakes } = await sendProject({ url: server.url, key: ADMIN_KEY }, { path, dryRun: false });
  expect(mistakes).toEqual([]);
}

const isServer = process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined;

describe.each([["one server", 1] as const, ...(isServer ? [["two servers on one database", 2] as const] : [])])(
  "a budget that is changed under load, on %s",
  (_, count) => {
    test("a cut stops calls at once, a raise lets them go on, and nothing settled is ever above what was allowed", async () => {
      database = count === 1 ? null : await createFreshDatabase();
      for (let each = 0; each < count; each += 1) {
        servers.push(await startServer(project(20_000), database === null ? {} : { database }));
      }
      const [one] = servers;
      if (one === undefined) throw new Error("A server was started.");
      const running = load(servers);
      await expect.poll(async () => (await books(one)).spent, { timeout: 60_000 }).toBeGreaterThan(2_000n * USD);
      // Cut below what is spent: what is under way may end, nothing new begins.
      await apply(one, 1_000);
      await expect.poll(() => new Set(running.take()), { timeout: 60_000 }).toEqual(new Set([402]));
      await expect.poll(async () => (await books(one)).held, { timeout: 60_000 }).toBe(0n);
      const { spent } = await books(one);
      expect(spent).toBeLessThan(20_000n * USD);
      const allowed = Number(spent / USD) + 6_000;
      await apply(one, allowed);
      await expect.poll(() => running.take().includes(200), { timeout: 60_000 }).toBe(true);
      await expect
        .poll(async () => (await books(one)).spent, { timeout: 60_000 })
        .toBeGreaterThan(spent + 1_500n * USD);
      await running.stop();
      await expect
        .poll(async () => (await books(one)).spent, { timeout: 60_000 })
        .toBeLessThanOrEqual(BigInt(allowed) * USD);
      for (let look = 0; look < 5; look += 1)
        expect((await books(one)).spent).toBeLessThanOrEqual(BigInt(allowed) * USD);
    });
  },
);
