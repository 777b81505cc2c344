import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { runCli } from "../../src/cli/run-cli.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer, StartTerms } from "../fixtures/running-server.ts";

let running: RunningServer | null = null;
let directory: string | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
  if (directory !== null) rmSync(directory, { recursive: true, force: true });
  directory = null;
});

/** $1 and $2 per token, so that a call of a few tokens costs a few dollars. */
const project = (budgets: string, model: ModelTerms): Readonly<Record<string, string>> => ({
  "rollward.yaml": `${simulatedText(modelText("dear-2026-01-01", { ...model, input: 1_000_000 }))}
endpoints:
  support-bot:
    models: [sim/dear-2026-01-01]
    retries: { attempts: 1 }
budgets:
${budgets}`,
});

async function start(budgets: string, terms: StartTerms = {}, model: ModelTerms = {}): Promise<RunningServer> {
  running = await startServer(project(budgets, model), terms);
  return running;
}

interface ModelTerms {
  readonly failures?: string;
  readonly firstToken?: string;
}

interface Call {
  readonly key?: string;
  readonly maxTokens?: number;
  readonly stream?: boolean;
  readonly signal?: AbortSignal;
}

const call = ({ url }: RunningServer, { key = ADMIN_KEY, maxTokens = 20, stream = false, signal }: Call = {}) =>
  fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "support-bot",
      max_tokens: maxTokens,
      stream,
      messages: [{ role: "user", content: "Hello" }],
    }),
    ...(signal !== undefined && { signal }),
  });

interface View {
  readonly budget: string;
  readonly subject: string;
  readonly spent_pico: string;
  readonly held_pico: string;
}

async function spending(server: RunningServer): Promise<readonly View[]> {
  const { body } = await server.ask("GET", "/api/budgets");
  return (body as { readonly data: readonly View[] }).data;
}

const PICO = 1_000_000_000_000n;

describe("budgets", () => {
  test("a call sets aside its worst case, settles what it has cost, and is recorded with the same sum", async () => {
    const server = await start("  all: { per: environment, window: total, amount: 100000 }");
    expect((await call(server)).status).toBe(200);
    await expect.poll(async () => BigInt((await spending(server))[0]?.spent_pico ?? 0)).toBeGreaterThan(0n);
    const [view] = await spending(server);
    await server.server.house.gateway.recorder.flush();
    const { body } = await server.ask("GET", "/api/calls");
    const [recorded] = (body as { readonly data: readonly { readonly cost_pico: string }[] }).data;
    expect(view?.spent_pico).toBe(recorded?.cost_pico);
  });

  test("refuses what does not fit, with the reason and what would help, before anybody is asked", async () => {
    const server = await start("  small: { per: key, window: day, amount: 100 }");
    const refused = await call(server);
    expect(refused.status).toBe(402);
    const text = await refused.text();
    expect(text).toContain("The budget small of this key has no room for this call");
    expect(text).toContain("more than the whole budget: send a smaller `max_tokens` or raise the budget");
    expect(refused.headers.get("retry-after")).toBeNull();
    await expect
      .poll(async () => ((await server.ask("GET", "/api/calls")).body as { data: object[] }).data.length)
      .toBe(1);
    const { body } = await server.ask("GET", "/api/calls");
    expect(body).toMatchObject({ data: [{ status: 402, cost_pico: "0" }] });
  });

  test("does not tell one key what others have left of a shared budget", async () => {
    const server = await start("  all: { per: environment, window: total, amount: 100 }");
    expect(await (await call(server)).text()).not.toContain("are left");
  });

  test("what calls under way hold is refused as held, and freed when they end", async () => {
    const server = await start("  one: { per: environment, window: total, amount: 2000 }", {}, { firstToken: "2s" });
    const answers = await Promise.all(Array.from({ length: 4 }, () => call(server)));
    const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other);
    expect(statuses).toEqual([200, 429, 429, 429]);
    await Promise.all(answers.map((answer) => answer.text()));
    await expect.poll(async () => (await call(server)).status).toBe(200);
  });

  test("a client that leaves in the middle is charged for what came, and its money is free again", async () => {
    const server = await start("  all: { per: environment, window: total, amount: 100000 }");
    const leaving = new AbortController();
    const answer = await call(server, { stream: true, maxTokens: 1_000, signal: leaving.signal });
    expect(answer.status).toBe(200);
    leaving.abort();
    const { house } = server.server;
    await expect.poll(() => house.gateway.budgets.counts().open).toBe(0);
    await expect.poll(async () => BigInt((await spending(server))[0]?.spent_pico ?? 0)).toBeGreaterThan(0n);
  });

  test("a call that fails settles too", async () => {
    const failures = "server_error: 100%";
    const server = await start("  all: { per: environment, window: total, amount: 100000 }", {}, { failures });
    expect((await call(server)).status).toBeGreaterThanOrEqual(500);
    await expect.poll(() => server.server.house.gateway.budgets.counts().open).toBe(0);
  });

  test("tenants have budgets of their own; a key without one has none", async () => {
    const server = await start("  firm: { per: tenant, window: month, amount: 100 }");
    const keyOf = async (tenant: string | null): Promise<string> => {
      const { body } = await server.ask("POST", "/api/keys", { name: "app", tenant });
      return (body as { readonly secret: string }).secret;
    };
    expect((await call(server, { key: await keyOf("acme") })).status).toBe(402);
    expect((await call(server, { key: await keyOf(null) })).status).toBe(200);
  });

  test("a restart knows what was spent, and a changed amount keeps it", async () => {
    directory = mkdtempSync(join(tmpdir(), "rollward-budget-"));
    const dataDir = join(directory, "data");
    const first = await start("  all: { per: environment, window: total, amount: 100000 }", { dataDir });
    await (await call(first)).text();
    await first.stop();
    running = null;
    const second = await start("  all: { per: environment, window: total, amount: 200000 }", { dataDir });
    const [view] = await spending(second);
    expect(BigInt(view?.spent_pico ?? 0)).toBeGreaterThan(0n);
    expect(view).toMatchObject({ held_pico: "0", limit_pico: String(200_000n * PICO) });
  }, 120_000);

  test("`rollward budgets list` and `limits show` say how things stand", async () => {
    const server = await start(
      "  all: { per: environment, window: total, amount: 100000 }\nlimits:\n  rates:\n    few: { per: key, requests: 60/m }",
    );
    await (await call(server)).text();
    const run = async (...args: readonly string[]): Promise<string> => {
      let said = "";
      const say = (text: string): void => void (said += text);
      expect(await runCli(["--url", server.url, ...args], { ROLLWARD_API_KEY: ADMIN_KEY }, say)).toBe(0);
      return said;
    };
    expect(await run("budgets", "list")).toMatch(/all +environment production +total/);
    expect(await run("budgets", "show", "all")).toContain("100000.0000");
    expect(await run("budgets", "release", "all", "--reason", "a test")).toContain("No dead server");
    const unknown = await server.ask("GET", "/api/budgets?budget=nope");
    expect(unknown.status).toBe(404);
    expect(JSON.stringify(unknown.body)).toContain("Existing budgets: all");
    expect(await run("limits", "show")).toContain("60 in 60 s, 1 at once");
  });

  test("a budget that degrades lets calls ask the model that they can pay, and refuses when none is left", async () => {
    const model = (name: string, input: number): string => modelText(name, { input });
    running = await startServer({
      "rollward.yaml": `${simulatedText(model("dear-2026-01-01", 1_000_000), model("cheap-2026-01-01", 1_000))}
endpoints:
  support-bot:
    models: [sim/dear-2026-01-01, sim/cheap-2026-01-01]
budgets:
  small: { per: environment, window: total, amount: 1500, at_limit: degrade }
`,
    });
    const first = await call(running);
    expect([first.status, first.headers.get("x-rollward-tier")]).toEqual([200, "primary"]);
    await first.text();
    const { house } = running.server;
    await expect.poll(() => house.gateway.budgets.counts().open).toBe(0);
    const second = await call(running, { maxTokens: 500 });
    expect([second.status, second.headers.get("x-rollward-tier")]).toEqual([200, "fallback:1"]);
    await second.text();
    expect((await call(running, { maxTokens: 1_000_000 })).status).toBe(402);
  });
});
