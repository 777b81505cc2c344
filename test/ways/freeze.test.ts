import { afterEach, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import { applyTo, endpointText, gatedProject, startGated, until, viewOf } from "../fixtures/gated-world.ts";
import { ADMIN_KEY } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { withinASecond } from "../fixtures/within-a-second.ts";

const servers: RunningServer[] = [];
const cleanUps: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function start(...args: Parameters<typeof startGated>): Promise<RunningServer> {
  const server = await startGated(...args);
  servers.push(server);
  return server;
}

const HOLD_ON = "        look: { kind: manual, at: before_promotion }\n";
const files = (temperature: number, top = "") => gatedProject(temperature, endpointText("bot", HOLD_ON), top);
const pass = (server: RunningServer, rollout: string) =>
  server.ask("POST", `/api/rollouts/${rollout}/gates/look`, { verdict: "pass", reason: "Looked." });

async function freeze(server: RunningServer, body: object = {}): Promise<string> {
  const made = await server.ask("POST", "/api/freezes", {
    subject: { type: "everything" },
    reason: "The sale is on.",
    ...body,
  });
  expect(made.status).toBe(200);
  return (made.body as { id: string }).id;
}

describe("a freeze", () => {
  test("keeps a promotion from happening on every replica within a second, and a rollback from nothing", async () => {
    const database = await createFreshDatabase();
    if (database !== null) cleanUps.push(() => database.drop());
    const shared = database === null ? {} : { database };
    const first = await start(files(0.1), shared);
    const second = database === null ? first : await start(files(0.1), shared);
    const { bot = "" } = await applyTo(first, files(0.2));
    await until(first, bot, { gates: [{ standing: "waiting" }] });
    const id = await freeze(second);
    const held = await withinASecond(async () => {
      const view = await viewOf(first, bot);
      expect(view.holds).toEqual(["freeze"]);
      return view;
    });
    expect(held.explanation).toContain("a freeze is in force");
    await pass(first, bot);
    const refused = await first.ask("POST", `/api/rollouts/${bot}/commands`, { command: "promote", reason: "Now!" });
    expect(refused).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining("Nothing is promoted during a freeze") as string } },
    });
    expect(await viewOf(first, bot)).toMatchObject({ state: "ramping", holds: ["freeze"] });
    await second.ask("POST", `/api/freezes/${id}/lift`, { reason: "Over." });
    const done = await until(first, bot, { state: "completed" });
    expect(done.outcome).toBe("promoted");
    await freeze(first);
    const back = await second.ask("POST", "/api/endpoints/bot/rollback", { reason: "It is bad after all." });
    expect(back.status).toBe(200);
    await withinASecond(async () => {
      const { body } = await first.ask("GET", "/api/endpoints");
      expect(body).toMatchObject({ data: [{ stable: { name: "bot@1" } }] });
    });
  });

  test("keeps a rollout from starting until it ends by itself", async () => {
    const server = await start(files(0.1));
    const end = new Date(Date.now() + 1_500).toISOString();
    await freeze(server, { subject: { type: "endpoint", endpoint: "bot" }, until: end });
    const { bot = "" } = await applyTo(server, files(0.2));
    const { started_at: startedAt } = await until(server, bot, { state: "ramping" });
    expect(startedAt?.localeCompare(end)).toBeGreaterThanOrEqual(0);
  });

  test("is about nothing but what it names", async () => {
    const server = await start(gatedProject(0.1, endpointText("bot", "") + endpointText("faq", "")));
    await freeze(server, { subject: { type: "endpoint", endpoint: "faq" } });
    const { bot = "", faq = "" } = await applyTo(
      server,
      gatedProject(0.2, endpointText("bot", "") + endpointText("faq", "")),
    );
    await until(server, bot, { state: "completed" });
    expect(await viewOf(server, faq)).toMatchObject({ started_at: null });
    expect(
      await server.ask("POST", "/api/freezes", { subject: { type: "endpoint", endpoint: "fqa" }, reason: "x" }),
    ).toMatchObject({ status: 404 });
  });

  test("planned in the project is in force in its windows, and shown with its end", async () => {
    const planned = `
freezes:
  always:
    reason: nobody is here
    zone: Europe/Berlin
    windows: [{ from: 2020-01-01, until: 2099-01-01 }]`;
    const server = await start(files(0.1, planned));
    const { bot = "" } = await applyTo(server, files(0.2, planned));
    const { body } = await server.ask("GET", "/api/freezes");
    expect(body).toMatchObject({
      data: [],
      planned: [{ name: "always", in_force: true, until: "2098-12-31T23:00:00.000Z" }],
    });
    expect(await viewOf(server, bot)).toMatchObject({ started_at: null });
    await applyTo(server, files(0.2));
    await until(server, bot, { state: "ramping" });
  });

  test("is set and lifted from the command line, with who and why", async () => {
    const server = await start(files(0.1));
    const cli = async (...args: string[]): Promise<string> => {
      let out = "";
      await runCli(args, { ROLLWARD_URL: server.url, ROLLWARD_API_KEY: ADMIN_KEY }, (text) => (out += text));
      return out;
    };
    expect(await cli("freeze", "bot", "--until", "4h", "--reason", "The sale is on.")).toMatch(
      /^bot in production is frozen until 20/,
    );
    expect(await cli("freeze", "--everything", "--reason", "Fire.")).toContain(
      "everything is frozen until it is lifted",
    );
    expect(await cli("freezes")).toContain("The sale is on.");
    expect(await cli("unfreeze", "bot")).toContain("bot in production is no longer frozen");
    expect(await cli("unfreeze", "--everything")).toContain("everything is no longer frozen");
    expect(await cli("freezes")).toContain("Nothing is frozen");
    expect(await cli("freeze", "--until", "yesterday", "--reason", "x")).toContain("is no instant and no time");
  });
});
