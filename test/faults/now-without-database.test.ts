import { afterEach, describe, expect, test } from "vitest";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { startFreezableProxy } from "../fixtures/freezable-proxy.ts";
import type { FreezableProxy } from "../fixtures/freezable-proxy.ts";
import { modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

const PROJECT = {
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"))}
endpoints:
  support-bot:
    models: [sim/good-2026-01-01]
`,
};

let database: FreshDatabase | null = null;
let proxy: FreezableProxy | null = null;
let running: RunningServer | null = null;

afterEach(async () => {
  proxy?.thaw();
  await running?.stop();
  await proxy?.close();
  await database?.drop();
});

const SOON = { timeout: 60_000, interval: 100 };

async function sentenceOf(server: RunningServer): Promise<string> {
  const { body } = await server.ask("GET", "/api/now");
  return (body as { readonly sentence: string }).sentence;
}

describe.runIf(process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined)("the view of this moment", () => {
  test("answers while the database stands still, and says that it shows what was known before", async () => {
    database = await createFreshDatabase();
    const url = new URL(database?.url ?? "");
    proxy = await startFreezableProxy(url.hostname, Number(url.port || 5432));
    url.hostname = "127.0.0.1";
    url.port = String(proxy.port);
    running = await startServer(PROJECT, { database: { url: url.href, drop: async () => {} } });
    const server = running;
    expect(await sentenceOf(server)).not.toContain("database");
    proxy.freeze();
    await expect.poll(() => sentenceOf(server), SOON).toContain("what is shown here is what was known before");
    proxy.thaw();
    await expect.poll(() => sentenceOf(server), SOON).not.toContain("database");
  });
});
