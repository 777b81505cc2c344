import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { z } from "zod";
import type { showCopies } from "../../src/contract/copies.ts";
import { describeCopies } from "../../src/cli/rollout-copies.ts";
import { sendProject } from "../../src/cli/send-project.ts";
import { startStage } from "../fixtures/backtest-stage.ts";
import type { BacktestStage } from "../fixtures/backtest-stage.ts";
import { GATE_SECRET, says, startGateServer } from "../fixtures/gate-server.ts";
import type { GateServer } from "../fixtures/gate-server.ts";
import { ADMIN_KEY, modelText, simulatedText, writeProject } from "../fixtures/running-server.ts";

type Copies = z.output<typeof showCopies.answer>;

interface Account {
  readonly budget: string;
  readonly subject: string;
  readonly spent_pico: string;
}

let stage: BacktestStage | null = null;
let judge: GateServer;

beforeEach(async () => {
  judge = await startGateServer();
  judge.answer = says({ better: "tie" });
});

afterEach(async () => {
  await stage?.stop();
  stage = null;
  await judge.close();
});

const USD = 1_000_000_000_000n;

/** What live calls cost is next to nothing beside copies: $1 and $2 a token, for the dear model alone. */
const project = (model: string, rollout: string, budgets: string): string => `${simulatedText(
  modelText("cheap-2026-01-01", { input: 0.001 }),
  modelText("dear-2026-02-01", { input: 1_000_000 }).replace("median: 8", "median: 60"),
  modelText("long-2026-03-01", { input: 0.001 }).replace("median: 8", "median: 60"),
)}
endpoints:
  bot:
    models: [sim/${model}]
    parameters: { max_tokens: 100 }
    retries: { attempts: 1 }
    rollout: ${rollout}
budgets:
${budgets}`;

const start = async (budgets: string): Promise<BacktestStage> =>
  (stage = await startStage(project("cheap-2026-01-01", "{}", budgets), { environment: { GATE_SECRET } }));

async function rollOut(on: BacktestStage, text: string): Promise<string> {
  const connection = { url: on.running.url, key: ADMIN_KEY };
  const answer = await sendProject(connection, { path: writeProject({ "rollward.yaml": text }), dryRun: false });
  expect(answer.mistakes).toEqual([]);
  return answer.endpoints[0]?.rollout ?? "";
}

async function accounts(on: BacktestStage): Promise<ReadonlyMap<string, Account>> {
  const { data } = (await on.running.ask("GET", "/api/budgets")).body as { data: readonly Account[] };
  return new Map(data.map((one) => [one.budget, one]));
}

const spentOf = async (on: BacktestStage, budget: string): Promise<bigint> =>
  BigInt((await accounts(on)).get(budget)?.spent_pico ?? 0);

const copiesOf = async (on: BacktestStage, id: string): Promise<Copies> =>
  (await on.running.ask("GET", `/api/rollouts/${id}/copies`)).body as Copies;

const SOON = { timeout: 60_000, interval: 50 };

const copying = (on: BacktestStage, id: string): Promise<void> =>
  vi.waitFor(() => {
    expect(on.house.gateway.routes.byEndpoint("bot")?.shadow?.rolloutId).toBe(id);
    expect(on.house.shadows.reading(id)).not.toBeNull();
  }, SOON);

/** Live calls, one session after the other, until the copies are somewhere; every one of them is answered. */
async function callUntil(on: BacktestStage, id: string, isThere: (copies: Copies) => boolean): Promise<Copies> {
  for (let number = 0; number < 2_000; number += 1) {
    expect(await on.chat(`s-${number}`, [{ role: "user", content: "Where is my parcel?" }])).toHaveProperty("choices");
    const copies = await copiesOf(on, id);
    if (isThere(copies)) return copies;
  }
  throw new Error(`It did not come to that: ${JSON.stringify(await copiesOf(on, id))}`);
}

const SHADOW = `{ strategy: shadow, shadow: { sample: 100%, min_duration: 0s, min_pairs: 100000 }, metrics: { latency: false, cost: false } }`;

const BUDGETS = `  company: { per: environment, window: total, amount: 2000, at_limit: degrade }
  bots: { per: endpoint, window: total, amount: 100000, only: { endpoints: [bot] } }
  dear: { per: model, window: total, amount: 100000, only: { models: [sim/dear-2026-02-01] } }
  others: { per: environment, window: total, amount: 100000, only: { tenants: [acme] } }
  callers: { per: key, window: total, amount: 5000 }
  people: { per: user, window: total, amount: 5000 }
`;

describe("copies of live calls", () => {
  test("take from the operator's budgets and no caller's, stop before the budget does, and live calls go on", async () => {
    const on = await start(BUDGETS);
    const id = await rollOut(on, project("dear-2026-02-01", SHADOW, BUDGETS));
    await copying(on, id);
    const isFull = (one: Copies): boolean => (one.skipped["budget"] ?? 0) > 3 && one.no_room_in === "company";
    const copies = await callUntil(on, id, (one) => one.copies > 0 && isFull(one));
    expect(describeCopies(copies)).toContain("The budget company has no room for copies now");
    // The stage has its own budget left, and does not say that it was used up.
    expect(on.house.shadows.reading(id)?.isSpent).toBe(false);
    await vi.waitFor(async () => {
      const there = await accounts(on);
      const spent = BigInt((await copiesOf(on, id)).spent_pico);
      expect(BigInt(there.get("dear")?.spent_pico ?? 0)).toBe(spent);
      expect(BigInt(there.get("company")?.spent_pico ?? 0)).toBeGreaterThan(spent);
      expect(there.get("bots")?.spent_pico).toBe(there.get("company")?.spent_pico);
      expect(BigInt(there.get("others")?.spent_pico ?? 0)).toBe(0n);
    }, SOON);
    expect(await spentOf(on, "company")).toBeLessThanOrEqual(1_800n * USD);
    for (const own of ["callers", "people"]) expect(await spentOf(on, own)).toBeLessThan(USD);
    expect(on.house.gateway.load.unpaid).toBe(0);
  });

  test("that are cut off by a stop settle what they have cost, and hold nothing", async () => {
    const budgets = "  company: { per: environment, window: total, amount: 50000 }\n";
    const slow = (text: string): string => text.replaceAll("first_token: { median: 0ms", "first_token: { median: 20s");
    const on = await start(budgets);
    const id = await rollOut(on, slowed(project("dear-2026-02-01", SHADOW, budgets), slow));
    await copying(on, id);
    await on.chat("s", [{ role: "user", content: "Where is my parcel?" }]);
    await vi.waitFor(async () => expect(on.house.gateway.budgets.counts().open).toBe(1), SOON);
    const { budgets: ledger } = on.house.gateway;
    await on.stop();
    stage = null;
    expect(ledger.counts().open).toBe(0);
  });
});

/** Only the dear model is slow: live calls are answered by the other one. */
const slowed = (text: string, slow: (text: string) => string): string => {
  const at = text.indexOf("dear-2026-02-01:");
  const end = text.indexOf("long-2026-03-01:");
  return `${text.slice(0, at)}${slow(text.slice(at, end))}${text.slice(end)}`;
};

describe("questions to a judge of copies", () => {
  test("take from the operator's budgets what was asked, and are not asked where there is no room", async () => {
    const budgets = "  company: { per: environment, window: total, amount: 10 }\n";
    const pairs = `{ kind: http, url: "${judge.url}", secret_env: GATE_SECRET, allow_private: true, question_usd: 1, budget_usd: 1000 }`;
    const judged = SHADOW.replace(
      "latency: false",
      `judge: { score: helpful, digest: j, pairs: ${pairs} }, latency: false`,
    );
    const on = await start(budgets);
    const id = await rollOut(on, project("long-2026-03-01", judged, budgets));
    await copying(on, id);
    await callUntil(on, id, ({ skipped }) => (skipped["judge budget"] ?? 0) > 1);
    await vi.waitFor(async () => {
      const { judged: said } = await copiesOf(on, id);
      expect(BigInt(said?.spent_pico ?? 0)).toBe(BigInt(judge.asked.length) * USD);
    }, SOON);
    expect(judge.asked).toHaveLength(8);
    await vi.waitFor(async () => expect(await spentOf(on, "company")).toBeGreaterThanOrEqual(8n * USD), SOON);
    expect(await spentOf(on, "company")).toBeLessThan(9n * USD);
  });
});

describe("a backtest", () => {
  test("ends where a budget has no more room for it, says which, and leaves the last tenth to live calls", async () => {
    const budgets = "  company: { per: environment, window: total, amount: 5000 }\n";
    const on = await start(budgets);
    await on.record(40);
    await on.apply(project("dear-2026-02-01", "{ steps: [50%, 100%] }", budgets));
    const planned = await on.plan({ candidate: "bot@2", against: "bot@1", concurrency: 2, start: true });
    const { ended, result } = await on.until(planned.id, ({ state }) => state === "ended");
    expect(ended).toMatchObject({
      how: "budget",
      why: expect.stringContaining("because the budget company") as string,
    });
    const { compared = 0, planned: all = 0 } = result?.sessions ?? {};
    expect(compared).toBeGreaterThan(0);
    expect(compared).toBeLessThan(all);
    expect(on.house.gateway.budgets.counts().open).toBe(0);
    const replayed = BigInt(result?.spent_pico ?? 0);
    await vi.waitFor(async () => expect(await spentOf(on, "company")).toBeGreaterThanOrEqual(replayed), SOON);
    expect(await spentOf(on, "company")).toBeLessThanOrEqual(4_500n * USD);
  });

  test("asks a judge for what budgets have room for, and ends there", async () => {
    const budgets = "  company: { per: environment, window: total, amount: 10 }\n";
    const pairs = `{ kind: http, url: "${judge.url}", secret_env: GATE_SECRET, allow_private: true, question_usd: 1, budget_usd: 1000 }`;
    const rollout = `{ steps: [50%, 100%], metrics: { cost: false, judge: { score: helpful, digest: j, pairs: ${pairs} } } }`;
    const on = await start(budgets);
    await on.record(12);
    await on.apply(project("long-2026-03-01", rollout, budgets));
    const planned = await on.plan({ candidate: "bot@2", against: "bot@1", concurrency: 1, start: true });
    const { ended, result } = await on.until(planned.id, ({ state }) => state === "ended");
    expect(ended).toMatchObject({
      how: "budget",
      why: expect.stringContaining("because the budget company") as string,
    });
    expect(judge.asked).toHaveLength(8);
    expect(result?.judged).toMatchObject({ ties: 4 });
    expect(result?.sessions.compared).toBe(5);
  });
});
