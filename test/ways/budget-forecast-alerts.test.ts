import { afterEach, describe, expect, test } from "vitest";
import { createMemorySpendStore } from "../../src/adapters/stores/memory/memory-spend-store.ts";
import { accountOf } from "../../src/domain/budgets/budget-rule.ts";
import { NO_SPEND } from "../../src/domain/spend/add-spend.ts";
import { HOUR_MS, hourOf } from "../../src/domain/spend/spend-book.ts";
import { createBudgetOutlook } from "../../src/jobs/alerts/budget-outlook.ts";
import type { SpendStore } from "../../src/ports/spend-store.ts";
import { alertSettings, openAlertWorld } from "../fixtures/alert-world.ts";
import type { AlertWorld } from "../fixtures/alert-world.ts";
import { budgetRuleOf } from "../fixtures/budget-rule-of.ts";
import { HandClock } from "../fixtures/hand-clock.ts";

const USD = 10n ** 12n;
const MINUTE = 60_000;
const DAY_MS = 24 * HOUR_MS;
const NOON = Date.UTC(2026, 10, 21, 12);

const RULE = budgetRuleOf();

let world: AlertWorld | null = null;

afterEach(async () => {
  await world?.close();
  world = null;
});

/** $100 on each of five days: at noon $50 are to come. */
async function steadySpend(): Promise<SpendStore> {
  const store = createMemorySpendStore(1_000);
  const slot = { endpoint: "bot", model: "sim/m", keyId: "key_1", user: "" };
  const spend = { ...NO_SPEND, calls: 100, otherPico: 100n * USD };
  for (let day = 1; day <= 5; day += 1) {
    await store.write(`rep_${day}`, [{ ...slot, hour: hourOf(NOON) - day * DAY_MS, spend }]);
  }
  return store;
}

interface Desk {
  /** What was said of the alert since it was asked last. */
  said(): Promise<readonly string[]>;
  /** Sets what is spent today, and lives on. */
  live(spentUsd: number, minutes: number): Promise<void>;
  status(): Promise<string | undefined>;
}

async function openDesk(): Promise<Desk> {
  const clock = new HandClock(NOON);
  const opened = openAlertWorld("", { clock });
  world = opened;
  let spentPico = 0n;
  const looking = {
    environment: () => "production",
    replicaId: "rep_1",
    rules: () => [RULE],
    spend: await steadySpend(),
    bank: {
      list: async () => {
        const { id: account, endsAt } = accountOf(RULE, "production", clock.now());
        const parts = { budget: "company", subject: "production", limitPico: RULE.limitPico };
        return [{ ...parts, account, endsAt, settledPico: spentPico, heldPico: 0n, deadPico: 0n }];
      },
    },
  };
  const outlook = createBudgetOutlook(looking);
  let asked = 0;
  return {
    said: async () => {
      const all = await opened.alerts.transitions({ environment: "production", since: asked, limit: 100 });
      asked = all.at(-1)?.seq ?? asked;
      return all.map(({ rule, to, summary }) => `${rule} ${to}: ${summary}`);
    },
    status: async () => (await opened.alerts.states("production"))[0]?.status,
    async live(spentUsd, minutes) {
      spentPico = BigInt(Math.round(spentUsd * 100)) * (USD / 100n);
      for (let gone = 0; gone < minutes; gone += 1) {
        opened.sight = { ...opened.sight, looked: ["budget-forecast"], sights: await outlook(clock.now()) };
        await opened.live(MINUTE);
      }
    },
  };
}

test("a rule may be about less or more than the whole amount", () => {
  const boundOf = (share: string) =>
    alertSettings(`alerts: { defaults: false, rules: { early: { budget_forecast_above: ${share} } } }\n`).rules[0];
  expect(boundOf("80%")).toMatchObject({ signal: { name: "budget-forecast" }, condition: { bound: 0.8 } });
  expect(boundOf("120%")).toMatchObject({ condition: { op: "above", bound: 1.2 } });
  expect(() => boundOf("901%")).toThrow(/from 0% to 900%/);
});

describe("a budget whose day is forecast above its amount", () => {
  test("is told after half an hour, with sums and why, and is over when it is clearly below", async () => {
    const desk = await openDesk();
    await desk.live(60, 29);
    expect(await desk.status()).toBe("pending");
    await desk.live(62, 10);
    const told = (await desk.said()).at(-1);
    expect(told).toMatch(/^budget-forecast-over firing: Forecast of the budget company \(production\): 1\d\d % /);
    expect(told).toContain("of $100.00 today; the last 24 hours +$0.00 against those until 12:00 on 2026-11-20");
    // Just below the amount it still lasts; it does not come and go.
    await desk.live(51, 10);
    expect(await desk.status()).toBe("firing");
    expect(await desk.said()).toEqual([]);
    await desk.live(40, 10);
    expect((await desk.said())[0]).toMatch(/^budget-forecast-over resolved: Forecast .* stood above 100 % for /);
  });

  test("is not told where it is nearly spent already, but goes on when it was told before", async () => {
    const desk = await openDesk();
    await desk.live(95, 60);
    expect(await desk.status()).toBeUndefined();
    await desk.live(80, 40);
    expect(await desk.status()).toBe("firing");
    await desk.live(110, 20);
    expect(await desk.status()).toBe("firing");
  });
});
