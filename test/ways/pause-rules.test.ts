import { monitorEventLoopDelay } from "node:perf_hooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import type { FreshDatabase } from "../fixtures/fresh-database.ts";
import { JumpingClock } from "../fixtures/jumping-clock.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer, StartTerms } from "../fixtures/running-server.ts";

const SOON = { timeout: 60_000, interval: 20 };

const servers: RunningServer[] = [];
let database: FreshDatabase | null = null;

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await database?.drop();
  database = null;
});

/** $1 and $2 per token: a call costs some $30. */
const project = (rules: string): Readonly<Record<string, string>> => ({
  "rollward.yaml": `${simulatedText(
    modelText("dear-2026-01-01", { input: 1_000_000 }),
    modelText("broken-2026-01-01", { failures: "server_error: 100%" }),
  )}
endpoints:
  support-bot:
    models: [sim/dear-2026-01-01]
  broken-bot:
    models: [sim/broken-2026-01-01]
    retries: { attempts: 1 }
pauses:
${rules}`,
});

async function start(rules: string, terms: StartTerms = {}): Promise<RunningServer> {
  const server = await startServer(project(rules), terms);
  servers.push(server);
  return server;
}

async function keyOf(server: RunningServer, tenant: string): Promise<string> {
  const { body } = await server.ask("POST", "/api/keys", { name: tenant, scopes: ["inference"], tenant });
  return (body as { readonly secret: string }).secret;
}

async function call({ url }: RunningServer, { key = ADMIN_KEY, model = "support-bot" } = {}) {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }),
  });
  return { status: response.status, text: await response.text() };
}

interface View {
  readonly id: string;
  readonly subject: { readonly type: string; readonly name?: string };
  readonly reason: string;
  readonly by: string;
  readonly lifted: { readonly by: string; readonly reason: string } | null;
  readonly rule: { readonly name: string; readonly outcome: string; readonly until: string | null } | null;
}

async function pausesOf(server: RunningServer): Promise<readonly View[]> {
  const { body } = await server.ask("GET", "/api/pauses?all=true");
  return (body as { readonly data: readonly View[] }).data;
}

async function cli({ url }: RunningServer, ...args: readonly string[]): Promise<string> {
  let said = "";
  await runCli(["--url", url, ...args], { ROLLWARD_API_KEY: ADMIN_KEY }, (text) => {
    said += text;
  });
  return said;
}

const RUNAWAY = "  runaway: { per: tenant, hour_above: 100 }\n";

describe("rules that stop calls", () => {
  test("stop a tenant that spends too much, and nobody else, until a person lets it in again", async () => {
    const server = await start(RUNAWAY);
    const [acme, other] = [await keyOf(server, "acme"), await keyOf(server, "umbrella")];
    for (let made = 0; made < 6; made += 1) await call(server, { key: acme });
    await vi.waitFor(async () => expect((await call(server, { key: acme })).status).toBe(503), SOON);
    const refused = await call(server, { key: acme });
    expect(refused.text).toContain("Calls of the tenant acme are stopped: the rule runaway has stopped them.");
    expect(refused.text).not.toContain("$");
    expect((await call(server, { key: other })).status).toBe(200);
    const [pause, ...more] = await pausesOf(server);
    expect(more).toEqual([]);
    expect(pause).toMatchObject({ subject: { type: "tenant", name: "acme" }, by: "rollward", lifted: null });
    expect(pause?.reason).toMatch(
      /^Rule runaway: tenant acme has spent \$\d+\.\d\d in the hour since \d\d:00 UTC, above \$100\.00\.$/,
    );
    expect(await cli(server, "pauses")).toContain("rule runaway");

    await cli(server, "resume", "--tenant", "acme", "--reason", "a campaign");
    for (let made = 0; made < 3; made += 1) expect((await call(server, { key: acme })).status).toBe(200);
    await vi.waitFor(async () => expect(await pausesOf(server)).toHaveLength(2), SOON);
    expect((await call(server, { key: acme })).status).toBe(200);
    const [note] = await pausesOf(server);
    expect(note?.rule?.outcome).toBe("left-alone");
    expect(note?.lifted?.reason).toMatch(/lifted its pause at .*: this rule leaves it alone until /);
    expect(await cli(server, "pauses", "--all")).toContain("not paused:");
    expect(await cli(server, "pauses")).not.toContain("runaway");
  });

  test("only note it where they observe", async () => {
    const server = await start("  runaway: { per: endpoint, hour_above: 50, mode: observe }\n");
    for (let made = 0; made < 5; made += 1) await call(server);
    await vi.waitFor(async () => expect(await pausesOf(server)).toHaveLength(1), SOON);
    expect((await call(server)).status).toBe(200);
    expect((await pausesOf(server))[0]).toMatchObject({
      subject: { type: "endpoint", name: "support-bot" },
      rule: { name: "runaway", outcome: "observed" },
      lifted: { by: "rollward", reason: "This rule only observes." },
    });
  });

  test("stop an endpoint that fails, let it in again after their time, and count anew", async () => {
    const clock = new JumpingClock();
    const rule = "  broken: { per: endpoint, errors_above: 50%, calls: 5, within: 5m, lift_after: 1m }\n";
    const server = await start(rule, { clock });
    const ask = () => call(server, { model: "broken-bot" });
    for (let made = 0; made < 4; made += 1) expect((await ask()).status).not.toBe(200);
    expect(await pausesOf(server)).toEqual([]);
    await ask();
    await vi.waitFor(async () => expect((await ask()).text).toContain("the rule broken has stopped them"), SOON);
    expect((await call(server)).status).toBe(200);
    clock.setWall(61_000);
    await vi.waitFor(async () => expect((await pausesOf(server))[0]?.lifted?.reason).toBe("Its time was over."), SOON);
    for (let made = 0; made < 4; made += 1)
      expect((await ask()).text).not.toContain("the rule broken has stopped them");
    await ask();
    await vi.waitFor(async () => expect((await ask()).text).toContain("the rule broken has stopped them"), SOON);
  });

  test("what clients get wrong, and what limits refuse, stops nobody", async () => {
    const server = await start(
      `  broken: { per: environment, errors_above: 10%, calls: 3 }
limits: { rates: { all: { per: environment, requests: 3/d, burst: 3 } } }
`,
    );
    for (let made = 0; made < 10; made += 1) await call(server, { model: made % 2 === 0 ? "unknown" : "support-bot" });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await pausesOf(server)).toEqual([]);
  });
});

/** When a server obeys a stop, monotonic ms. */
async function stopped({ server }: RunningServer): Promise<number> {
  const { pauses } = server.house.gateway;
  await expect.poll(() => pauses.isEmpty, { ...SOON, interval: 5 }).toBe(false);
  return performance.now();
}

describe.runIf(process.env["ROLLWARD_TEST_DATABASE_URL"] !== undefined)("rules on several servers", () => {
  test("add up what all have spent, and stop it on every server within a second; a lift holds everywhere too", async () => {
    database = await createFreshDatabase();
    if (database === null) throw new Error("There is a database server.");
    for (let each = 0; each < 3; each += 1) await start(RUNAWAY, { database });
    const [one, two, three] = servers as [RunningServer, RunningServer, RunningServer];
    const acme = await keyOf(one, "acme");
    await vi.waitFor(async () => expect((await call(three, { key: acme })).status).toBe(200), SOON);
    // No server alone sees more than $100.
    for (let made = 0; made < 2; made += 1) {
      for (const server of servers) await call(server, { key: acme });
    }
    const lag = monitorEventLoopDelay({ resolution: 10 });
    lag.enable();
    const stoppedAt = await Promise.all(servers.map(stopped));
    lag.disable();
    // From the first server to the last; the process that all three share may stand still itself.
    const spreadMs = Math.max(...stoppedAt) - Math.min(...stoppedAt);
    expect(spreadMs).toBeLessThan(1_000 + (5 * lag.max) / 1_000_000);
    for (const server of servers) expect((await call(server, { key: acme })).status).toBe(503);
    expect((await pausesOf(two)).filter(({ lifted }) => lifted === null)).toHaveLength(1);
    await cli(two, "resume", "--tenant", "acme", "--reason", "seen");
    for (const server of servers) {
      await vi.waitFor(async () => expect((await call(server, { key: acme })).status).toBe(200), SOON);
    }
    await vi.waitFor(async () => expect((await pausesOf(one))[0]?.rule?.outcome).toBe("left-alone"), SOON);
    for (const server of servers) expect((await call(server, { key: acme })).status).toBe(200);
    expect(await pausesOf(one)).toHaveLength(2);
  });
});
