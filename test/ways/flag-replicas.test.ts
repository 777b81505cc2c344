import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FLAG_PROJECT, askOfrep } from "../fixtures/flag-project.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import { startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { withinASecond } from "../fixtures/within-a-second.ts";

const FLAG = "support-summaries";
const STAFF = { context: { targetingKey: "ada", email: "ada@example.com" } };

const valueOn = async (server: RunningServer): Promise<unknown> =>
  ((await askOfrep(server, { flag: FLAG, body: STAFF })).body as { readonly value: unknown }).value;

// Only where there is a database server: `.ci/run` starts one and names it.
describe.runIf(process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined)("several servers on one database", () => {
  test("obey a kill switch within a second, count together, and take over each other's flags", async () => {
    const database = await createFreshDatabase();
    if (database === null) throw new Error("There is no database server.");
    const servers: RunningServer[] = [];
    try {
      for (let index = 0; index < 3; index += 1) servers.push(await startServer(FLAG_PROJECT, { database }));
      const [one] = servers;
      if (one === undefined) throw new Error("Three servers were started.");
      expect(await Promise.all(servers.map(valueOn))).toEqual([true, true, true]);
      await one.ask("POST", `/api/flags/${FLAG}/kill`, { reason: "fire" });
      await withinASecond(async () => expect(await Promise.all(servers.map(valueOn))).toEqual([false, false, false]));
      await one.ask("POST", `/api/flags/${FLAG}/restore`, { reason: "out" });
      await withinASecond(async () => expect(await Promise.all(servers.map(valueOn))).toEqual([true, true, true]));
      for (const { server } of servers) await server.house.flagKeeper.write();
      const { body } = await one.ask("GET", `/api/flags/${FLAG}`);
      const { counts } = body as {
        readonly counts: readonly { readonly variant: string; readonly evaluations: number }[];
      };
      expect(counts.find(({ variant }) => variant === "on")?.evaluations).toBeGreaterThanOrEqual(6);
      expect(counts.find(({ variant }) => variant === "off")?.evaluations).toBeGreaterThanOrEqual(3);
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
      await database.drop();
    }
  });
});

test("a killed flag stays killed when the server starts again", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "rollward-flags-"));
  try {
    const first = await startServer(FLAG_PROJECT, { dataDir });
    expect(await valueOn(first)).toBe(true);
    await first.ask("POST", `/api/flags/${FLAG}/kill`, { reason: "fire" });
    await first.stop();
    const second = await startServer(FLAG_PROJECT, { dataDir });
    expect(await valueOn(second)).toBe(false);
    const { body } = await second.ask("GET", `/api/flags/${FLAG}`);
    expect(body).toMatchObject({
      killed: { reason: "fire" },
      counts: [{ variant: "off" }, { variant: "on", evaluations: 1 }],
    });
    await second.stop();
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
