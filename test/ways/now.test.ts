import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { z } from "zod";
import { openDatabase } from "../../src/adapters/stores/postgres/database.ts";
import type { nowView } from "../../src/contract/now.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { ADMIN_KEY, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";

type Now = z.output<typeof nowView>;

const servers: RunningServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

const model = (name: string, faults = ""): string => `
      ${name}:
        price: { input: 1, output: 2 }
        first_token: { median: 1ms, sigma: 0 }
        between_tokens: { median: 1ms, sigma: 0 }
        answer_tokens: { median: 3, sigma: 0 }
        quality: 1${faults}`;

const project = (faults: string): string =>
  `${simulatedText(model("good-2026-01-01") + model("bad-2026-01-01", faults))}
endpoints:
  bot:
    models: [sim/bad-2026-01-01, sim/good-2026-01-01]
`;

async function start(text: string): Promise<RunningServer> {
  const server = await startServer({ "rollward.yaml": text });
  servers.push(server);
  return server;
}

async function viewOf(server: RunningServer, query = ""): Promise<Now> {
  const { status, body } = await server.ask("GET", `/api/now${query}`);
  expect(status).toBe(200);
  return body as Now;
}

async function call(server: RunningServer): Promise<Response> {
  return fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "bot", messages: [{ role: "user", content: "Hello" }], max_tokens: 5 }),
  });
}

async function cli(server: RunningServer, ...args: readonly string[]): Promise<string> {
  let out = "";
  const code = await runCli(args, { ROLLWARD_URL: server.url, ROLLWARD_API_KEY: ADMIN_KEY }, (text) => {
    out += text;
  });
  expect({ code, out }).toMatchObject({ code: 0 });
  return out;
}

const SOON = { timeout: 60_000, interval: 100 };

describe("the view of this moment", () => {
  test("says that nobody calls, has four numbers without data, and three actions", async () => {
    const server = await start(project(""));
    const view = await viewOf(server);
    expect(view).toMatchObject({
      situation: "quiet",
      severity: "ok",
      reach: null,
      failures: [],
      environment: "production",
    });
    expect(view.figures.map(({ figure, value, n }) => [figure, value, n])).toEqual([
      ["errors", null, 0],
      ["first-token", null, 0],
      ["cost", null, 0],
      ["quality", null, 0],
    ]);
    expect(view.actions.map(({ action }) => action)).toEqual(["roll-back", "freeze", "switch-model"]);
    expect(view.telemetry.checks.map(({ check }) => check)).toContain("records");
    expect(view.changes.map(({ kind }) => kind)).toContain("project");
  });

  test("switches to the fallback model as the action says, and back", async () => {
    const server = await start(project(""));
    const served = async () => (await call(server)).headers.get("x-rollward-tier");
    expect(await served()).toBe("primary");
    const { actions } = await viewOf(server);
    const [, , action] = actions;
    expect(action).toMatchObject({
      label: "Switch to sim/good-2026-01-01",
      endpoint: "bot",
      why_not: null,
      done: null,
    });
    const { path = "", body = {} } = action?.request ?? {};
    const made = await server.ask("POST", path, { ...body, reason: "It writes nonsense." });
    expect(made.status).toBe(200);
    expect(await served()).toBe("fallback:1");
    const view = await vi.waitFor(async () => {
      const seen = await viewOf(server);
      expect(seen.situations.map(({ situation }) => situation)).toEqual(["switched"]);
      return seen;
    }, SOON);
    expect(view.sentence).toMatch(
      /^bot goes around sim\/bad-2026-01-01 since \d\d:\d\d UTC \(less than a minute\): .* said so\.$/,
    );
    expect(view.changes.map(({ kind, line }) => [kind, line])).toContainEqual([
      "switch",
      "bot goes around sim/bad-2026-01-01: It writes nonsense.",
    ]);
    const [, , again] = view.actions;
    expect(again).toMatchObject({ request: null, why_not: "No other model is left in the chain of bot@1." });
    const undone = await server.ask("POST", again?.done?.undo.path ?? "", { reason: "It is well again." });
    expect(undone.status).toBe(200);
    expect(await served()).toBe("primary");
  });

  test("refuses to go around what an endpoint does not ask, and the last model of its chain", async () => {
    const server = await start(project(""));
    const around = (name: string, endpoint = "bot") =>
      server.ask("POST", "/api/pauses", { subject: { type: "model", endpoint, name }, reason: "Test." });
    expect(await around("sim/other")).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringMatching(/does not ask sim\/other: bot@1 has sim\/bad/) as string } },
    });
    expect((await around("sim/bad-2026-01-01", "nobody")).status).toBe(404);
    expect((await around("sim/good-2026-01-01")).status).toBe(200);
    expect(await around("sim/bad-2026-01-01")).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringMatching(/No other model of bot is left/) as string } },
    });
  });

  test("freezes as the action says, and shows it as done", async () => {
    const server = await start(project(""));
    const action = (await viewOf(server)).actions[1];
    await server.ask("POST", action?.request?.path ?? "", { ...action?.request?.body, reason: "Wait." });
    await vi.waitFor(async () => {
      const view = await viewOf(server);
      expect(view.actions[1]).toMatchObject({
        request: null,
        done: { line: expect.stringMatching(/froze rollouts at/) as string },
      });
      expect(view.situations).toMatchObject([{ situation: "frozen", severity: "info" }]);
    }, SOON);
  });

  test("tells failing calls with their cause, reach and a link to them; a command tells the same", async () => {
    const server = await start(
      `${simulatedText(model("bad-2026-01-01", "\n        failures: { server_error: 100% }"))}\nendpoints:\n  bot:\n    models: [sim/bad-2026-01-01]\n`,
    );
    for (let calls = 0; calls < 8; calls += 1) await (await call(server)).text();
    const view = await vi.waitFor(
      async () => {
        const seen = await viewOf(server);
        expect(seen.situation).toBe("failing");
        return seen;
      },
      { timeout: 60_000, interval: 300 },
    );
    expect(view.severity).toBe("critical");
    expect(view.sentence).toMatch(/^bot is failing since \d\d:\d\d UTC/);
    expect(view.sentence).toContain("sim/bad-2026-01-01 has failed since");
    expect(view.reach).toMatchObject({ calls: 8, of_calls: 8, endpoints: ["bot"] });
    expect(view.failures[0]).toMatchObject({
      endpoint: "bot",
      release: "bot@1",
      filter: { outcome: "failed", endpoint: "bot" },
    });
    expect(view.figures[0]).toMatchObject({ figure: "errors", value: 1, n: 8 });
    const text = await cli(server, "now");
    expect(text).toContain("CRITICAL  bot is failing since");
    expect(text).toContain("no data");
    expect(await cli(server, "changes", "--kind", "provider")).toContain("breaker open");
    expect(await viewOf(server, "?endpoint=bot")).toMatchObject({ situation: "failing" });
    expect((await server.ask("GET", "/api/now?endpoint=nobody")).status).toBe(404);
  });

  test("tells a budget that refuses every call first, with what to do about it, and beside the error rate", async () => {
    const server = await start(
      `${simulatedText(model("good-2026-01-01"))}\nendpoints:\n  bot:\n    models: [sim/good-2026-01-01]\nbudgets:\n  answers: { per: endpoint, window: hour, amount: 0.00013 }\n`,
    );
    for (let calls = 0; calls < 8; calls += 1) {
      const refused = await call(server);
      expect(refused.status).toBe(402);
      await refused.text();
    }
    const view = await vi.waitFor(
      async () => {
        const seen = await viewOf(server);
        expect(seen.figures[0]).toMatchObject({ figure: "errors", value: 0, n: 8, refused: 8 });
        expect(seen.sentence).toMatch(
          /^The budget answers refuses every call of bot since \d\d:\d\d UTC \(.*\): 8 of 8 calls in five minutes\. It is \$0\.00013 an hour\./,
        );
        expect(seen.reach).toMatchObject({ calls: 8, of_calls: 8 });
        return seen;
      },
      { timeout: 60_000, interval: 300 },
    );
    expect(view).toMatchObject({ situation: "budget-exhausted", severity: "critical" });
    const [raise] = view.actions;
    expect(raise).toMatchObject({ action: "raise-budget", request: null, why_not: null });
    expect(raise?.effect).toContain("Write a higher `budgets.answers.amount` into rollward.yaml");
    const text = await cli(server, "now");
    expect(text).toContain("CRITICAL  The budget answers refuses every call of bot");
    expect(text).toContain("0 % and 8 refused");
    expect(text).toContain("- Raise the budget answers: Write a higher");
    expect(text).toContain("the failed calls cost nothing.");
    const limits = (await server.ask("GET", "/api/limits")).body;
    expect(limits).toMatchObject({
      refused: 0,
      refused_by_budgets: 8,
      refused_by: [{ type: "budget", name: "answers", calls: 8 }],
      queue: { allowed: null, turned_away: 0 },
    });
    expect(await cli(server, "limits", "show")).toContain("0 calls were refused here, and 8 by budgets (answers 8).");
    const budgets = await cli(server, "budgets", "list");
    expect(budgets).toMatch(/answers .* 0\.00013 +only of days and months +0 % /);
    expect(budgets.split("\n")[0]?.match(/spent/g)).toHaveLength(1);
  });

  test("says that packs of recorded calls are damaged", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "rollward-now-"));
    const database = await openDatabase({ dataDir });
    await database.db
      .insertInto("damaged_packs")
      .values({ day: Math.floor(Date.now() / 86_400_000), pack: randomUUID() })
      .execute();
    await database.close();
    const server = await startServer({ "rollward.yaml": project("") }, { dataDir });
    try {
      const { telemetry } = await viewOf(server);
      const records = telemetry.checks.find(({ check }) => check === "records");
      expect(records).toMatchObject({
        state: "warning",
        detail: expect.stringContaining("a pack of recorded calls is damaged") as string,
      });
      expect(telemetry).toMatchObject({ healthy: false, sentence: expect.stringContaining("damaged") as string });
    } finally {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
