import { afterEach, describe, expect, test } from "vitest";
import { clearOfTheHour } from "../fixtures/clear-of-the-hour.ts";
import { runRollward } from "../fixtures/run-rollward.ts";
import { ADMIN_KEY, modelText, simulatedText, startServer } from "../fixtures/running-server.ts";
import type { RunningServer } from "../fixtures/running-server.ts";
import { HOUR_MS, hourOf } from "../../src/domain/spend/spend-book.ts";
import { NO_SPEND } from "../../src/domain/spend/add-spend.ts";

/** $1 and $2 per token, so that a call of a few tokens costs a few dollars. */
const PROJECT = {
  "rollward.yaml": `${simulatedText(modelText("dear-2026-01-01", { input: 1_000_000 }))}
endpoints:
  support-bot:
    models: [sim/dear-2026-01-01]
    cache: { ttl: 1h, sampled: true }
budgets:
  company: { per: environment, window: month, amount: 100000 }
  trial: { per: endpoint, window: total, amount: 60000 }
`,
};

const USD = 10n ** 12n;
const SOON = { timeout: 60_000, interval: 100 };

let running: RunningServer | null = null;

afterEach(async () => {
  await running?.stop();
  running = null;
});

async function start(): Promise<RunningServer> {
  await clearOfTheHour();
  running = await startServer(PROJECT);
  return running;
}

async function call({ url }: RunningServer, text: string): Promise<number> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "support-bot", max_tokens: 50, messages: [{ role: "user", content: text }] }),
  });
  await response.arrayBuffer();
  return response.status;
}

interface ChangeView {
  readonly id: string;
  readonly kind: string;
  readonly severity: string;
  readonly endpoint: string | null;
  readonly by: string | null;
  readonly line: string;
}

const changesOf = async (server: RunningServer, kind: string): Promise<readonly ChangeView[]> =>
  ((await server.ask("GET", `/api/changes?kind=${kind}`)).body as { readonly data: readonly ChangeView[] }).data;

describe("what becomes of money", () => {
  test("a threshold of a budget is a change, once, in the feed, in the view of now and on the command line", async () => {
    const server = await start();
    const { house } = server.server;
    const account = {
      id: "trial|endpoint|total|0|support-bot",
      budget: "trial",
      subject: "support-bot",
      per: "endpoint",
      window: "total",
      endsAt: null,
      limitPico: 60n * USD,
      atLimit: "refuse",
      whenUnreachable: "refuse",
    } as const;
    // A call is settled with the bank, which says which threshold that has crossed.
    const hold = await house.gateway.budgets.reserve([account], 40n * USD);
    if (!("settle" in hold)) throw new Error(`It is refused: ${hold.reason}.`);
    hold.settle(32n * USD);
    await expect.poll(() => changesOf(server, "budget"), SOON).toHaveLength(1);
    const [change] = await changesOf(server, "budget");
    expect(change).toMatchObject({
      severity: "info",
      endpoint: "support-bot",
      by: null,
      line: "The budget trial of endpoint support-bot has reached 50 %: $32.00 of $60.00",
    });
    const now = (await server.ask("GET", "/api/now")).body as { readonly changes: readonly ChangeView[] };
    expect(now.changes.map(({ id }) => id)).toContain(change?.id);
    const { text } = await runRollward(server, ["changes", "--kind", "budget"]);
    expect(text).toContain("The budget trial of endpoint support-bot has reached 50 %");
  });

  test("an hour of a user that is too dear is a change with its reason", async () => {
    const server = await start();
    const { gateway } = server.server.house;
    const why = "+$20.00 against 15:00 on 2026-11-20, the median of 10 days: number of calls +$20.00";
    const hour = hourOf(Date.now());
    const subject = { type: "user", name: "ada" } as const;
    gateway.announcer.tooDear?.({ subject, hour, spentPico: 30n * USD, usualPico: 10n * USD, why });
    gateway.announcer.tooDear?.({ subject, hour, spentPico: 31n * USD, usualPico: 10n * USD, why });
    await expect.poll(() => changesOf(server, "spend"), SOON).toHaveLength(1);
    expect((await changesOf(server, "spend"))[0]).toMatchObject({
      severity: "warning",
      endpoint: null,
      line: `The hour of user ada is too dear: $30.00 where $10.00 is usual; ${why}`,
    });
  });

  test("answers that a person has forgotten are a change with who did it", async () => {
    const server = await start();
    expect(await call(server, "How are you?")).toBe(200);
    const purge = async (): Promise<unknown> => (await server.ask("DELETE", "/api/endpoints/support-bot/cache")).body;
    await expect.poll(purge, SOON).toEqual({ purged: 1 });
    await expect.poll(() => changesOf(server, "cache"), SOON).toHaveLength(1);
    expect((await changesOf(server, "cache"))[0]).toMatchObject({
      by: "ROLLWARD_ADMIN_KEY",
      endpoint: "support-bot",
      line: "1 kept answer of support-bot was forgotten",
    });
    // What was not there is no change.
    expect(await purge()).toEqual({ purged: 0 });
  });
});

test("what the month is expected to come to stands beside the limit of its budget", async () => {
  const server = await start();
  const { stores } = server.server.house;
  const slot = { endpoint: "support-bot", model: "sim/dear-2026-01-01", keyId: "key_1", user: "" };
  for (let day = 1; day <= 3; day += 1) {
    const hour = hourOf(Date.now()) - day * 24 * HOUR_MS;
    await stores.spend.write("rep_before", [
      { ...slot, hour, spend: { ...NO_SPEND, calls: 1, otherPico: 240n * USD } },
    ]);
  }
  expect(await call(server, "Hello")).toBe(200);
  type Budget = { readonly budget: string; readonly spent_pico: string; readonly expected_pico: string | null };
  const budgets = async (): Promise<readonly Budget[]> =>
    ((await server.ask("GET", "/api/budgets")).body as { readonly data: readonly Budget[] }).data;
  const named = async (name: string): Promise<Budget | undefined> =>
    (await budgets()).find(({ budget }) => budget === name);
  await expect.poll(async () => BigInt((await named("company"))?.spent_pico ?? 0), SOON).toBeGreaterThan(0n);
  const company = await named("company");
  const comes = BigInt(company?.expected_pico ?? 0) - BigInt(company?.spent_pico ?? 0);
  const end = new Date();
  const leftMs = Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1) - Date.now();
  // $240 a day for the days that are left.
  expect(Number(comes / USD)).toBeCloseTo((240 * leftMs) / (24 * HOUR_MS), -1);
  expect((await named("trial"))?.expected_pico).toBeNull();
  const { text } = await runRollward(server, ["budgets", "list"]);
  expect(text).toContain("at this pace USD");
});
