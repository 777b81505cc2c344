import { afterEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import { runCli } from "../../src/cli/run-cli.ts";
import type { drillView } from "../../src/contract/drills.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Drill = z.output<typeof drillView>;

const project = (rollout: string): Record<string, string> => ({
  "rollward.yaml": `${simulatedText(modelText("good-2026-01-01"))}
endpoints:
  support-bot:
    models: [sim/good-2026-01-01]
    rollout: { ${rollout} }
`,
});

let servers: RunningServer[] = [];
let database: FreshDatabase | null = null;

async function start(rollout: string, shared?: FreshDatabase): Promise<RunningServer> {
  const server = await startServer(project(rollout), shared === undefined ? {} : { database: shared });
  servers.push(server);
  return server;
}

afterEach(async () => {
  for (const server of servers) await server.stop();
  servers = [];
  await database?.drop();
  database = null;
});

const drill = async (
  server: RunningServer,
  body: object,
): Promise<{ readonly status: number; readonly body: Drill }> => {
  const answer = await server.ask("POST", "/api/endpoints/support-bot/drill", body);
  return { status: answer.status, body: answer.body as Drill };
};

const cli = async (
  { url }: RunningServer,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly said: string }> => {
  let said = "";
  const code = await runCli(["--url", url, ...args], { ROLLWARD_ADMIN_KEY: ADMIN_KEY }, (text) => (said += text));
  return { code, said };
};

describe("a drill", () => {
  test("says when a harmful release would be found, withdraws one for real, and leaves nothing that users could see", async () => {
    const server = await start("");
    const { status, body } = await drill(server, { harm: "errors:20%", runs: 3, sessions_per_hour: 5_000 });
    expect(status).toBe(200);
    expect(body.ends.rolled_back).toBe(3);
    expect(body.found_by).toEqual({ errors: 3 });
    expect(body.traffic.source).toBe("typical");
    expect(body.withdrawal.servers).toBeGreaterThanOrEqual(1);
    expect(body.withdrawal.everywhere_ms).toBeGreaterThanOrEqual(body.withdrawal.stopped_here_ms);
    const endpoints = await server.ask("GET", "/api/endpoints");
    expect(JSON.stringify(endpoints.body)).not.toContain(".drill");
    const models = await server.ask("GET", "/v1/models");
    expect(JSON.stringify(models.body)).not.toContain(".drill");
    const rollouts = await server.ask("GET", "/api/rollouts");
    expect(JSON.stringify(rollouts.body)).not.toContain(".drill");
    expect((await cli(server, "rollout", "list")).said).toContain("There are no rollouts.");
    const drills = await cli(server, "--json", "rollout", "list", "--drills");
    expect(JSON.parse(drills.said)).toMatchObject([
      { id: body.withdrawal.rollout, drill: true, candidate: ".drill@2" },
    ]);
    const log = await server.ask("GET", `/api/rollouts/${body.withdrawal.rollout}/events`);
    expect(JSON.stringify(log.body)).toContain("RollbackStarted");
  });

  test("tells on the command line that a plan is blind, and exits with 1", async () => {
    const server = await start("metrics: { refusals: false }");
    const { code, said } = await cli(
      server,
      "drill",
      "support-bot",
      "--harm",
      "refusals:50%",
      "--runs",
      "1",
      "--sessions-per-hour",
      "9000",
    );
    expect(code).toBe(1);
    expect(said).toContain("PROMOTED: the plan does not see this harm.");
  });

  test("refuses a plan that never acts on harm, and harm that is none", async () => {
    const server = await start("mode: observe");
    const blind = await server.ask("POST", "/api/endpoints/support-bot/drill", {});
    expect(blind).toMatchObject({ status: 409, body: { error: { code: "drill_impossible" } } });
    const odd = await cli(server, "drill", "support-bot", "--harm", "errors:110%");
    expect(odd.code).toBe(1);
    expect(odd.said).toContain("errors:10%, refusals:20%");
  });

  test("can be run again, and with other servers on the same database all of them let go", async () => {
    database = await createFreshDatabase();
    if (database === null) return;
    const first = await start("", database);
    await start("", database);
    await start("", database);
    for (let time = 0; time < 2; time += 1) {
      const { body } = await drill(first, { harm: "errors:50%", runs: 1, sessions_per_hour: 5_000 });
      expect(body.withdrawal.servers).toBe(3);
    }
  });
});
