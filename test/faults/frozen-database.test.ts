import { afterEach, describe, expect, test, vi } from "vitest";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { startFreezableProxy } from "../fixtures/freezable-proxy.ts";
import type { FreezableProxy } from "../fixtures/freezable-proxy.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { SlowCalls } from "../fixtures/slow-calls.ts";

const PROJECT = {
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"))}
endpoints:
  support-bot:
    models: [sim/good-2026-01-01]
`,
};

/** Calls made while the database does not answer. */
const CALLS = 500;

let database: FreshDatabase | null = null;
let proxy: FreezableProxy | null = null;
let running: RunningServer | null = null;

afterEach(async () => {
  proxy?.thaw();
  await running?.stop();
  await proxy?.close();
  await database?.drop();
});

const call = async ({ url }: RunningServer): Promise<string | null> => {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "support-bot", messages: [{ role: "user", content: "Hello" }] }),
  });
  await response.arrayBuffer();
  return response.status === 200 ? response.headers.get("x-rollward-call") : null;
};

describe.runIf(process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined)("a database that freezes", () => {
  test("delays no call, and every call made meanwhile is recorded once it answers again", async () => {
    database = await createFreshDatabase();
    const url = new URL(database?.url ?? "");
    proxy = await startFreezableProxy(url.hostname, Number(url.port || 5432));
    url.hostname = "127.0.0.1";
    url.port = String(proxy.port);
    running = await startServer(PROJECT, { database: { url: url.href, drop: async () => {} } });
    expect(await call(running)).not.toBeNull();
    const server = running;
    const slow = new SlowCalls();
    for (let made = 0; made < 100; made += 20) {
      await Promise.all(Array.from({ length: 20 }, () => slow.usual(() => call(server))));
    }

    proxy.freeze();
    const ids: (string | null)[] = [];
    for (let made = 0; made < CALLS; made += 20) {
      ids.push(...(await Promise.all(Array.from({ length: 20 }, () => slow.during(() => call(server))))));
    }
    // Statements are given up after far more than a second.
    expect(slow.longerThan(1_000)).toBe(0);
    expect(ids.filter((id) => id === null)).toEqual([]);
    expect(new Set(ids).size).toBe(CALLS);

    proxy.thaw();
    await vi.waitFor(
      async () => {
        const { status } = await server.ask("GET", `/api/calls/${ids.at(-1)}`);
        expect(status).toBe(200);
      },
      { timeout: 60_000, interval: 100 },
    );
    for (const id of ids) expect((await server.ask("GET", `/api/calls/${id}`)).status).toBe(200);
    const { body } = await server.ask("GET", "/api/health");
    expect(body).toMatchObject({ records: { dropped_facts: 0 } });
  });
});
