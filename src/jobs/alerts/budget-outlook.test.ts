import { describe, expect, test } from "vitest";
import { budgetRuleOf } from "../../../test/fixtures/budget-rule-of.ts";
import { createMemorySpendStore } from "../../adapters/stores/memory/memory-spend-store.ts";
import type { BudgetRule } from "../../domain/budgets/budget-rule.ts";
import { accountOf } from "../../domain/budgets/budget-rule.ts";
import { NO_SPEND } from "../../domain/spend/add-spend.ts";
import { HOUR_MS, hourOf } from "../../domain/spend/spend-book.ts";
import type { SpendStore } from "../../ports/spend-store.ts";
import { createBudgetOutlook } from "./budget-outlook.ts";

const USD = 10n ** 12n;
const DAY_MS = 24 * HOUR_MS;
/** Half of the day is over. */
const NOON = Date.UTC(2026, 10, 21, 12);

/** So many calls at a dollar in the 24 hours before, and in those of each of the four days before. */
async function spendOf(last: number, before: number): Promise<SpendStore> {
  const store = createMemorySpendStore(1_000);
  for (let day = 1; day <= 5; day += 1) {
    const calls = day === 1 ? last : before;
    const classes = { ...NO_SPEND.classes, output: { tokens: calls, costPico: BigInt(calls) * USD } };
    const slot = { endpoint: "bot", model: "sim/a", keyId: "key_1", user: "" };
    const hour = hourOf(NOON) - day * DAY_MS;
    await store.write(`rep_${day}`, [{ ...slot, hour, spend: { ...NO_SPEND, calls, classes } }]);
  }
  return store;
}

const outlookOf = (rules: readonly BudgetRule[], spend: SpendStore, spentPico: readonly bigint[] = []) =>
  createBudgetOutlook({
    environment: () => "production",
    replicaId: "rep_1",
    rules: () => rules,
    spend,
    bank: {
      list: async () =>
        spentPico.map((settledPico, index) => {
          const { id: account, endsAt } = accountOf(rules[index] ?? budgetRuleOf(), "production", NOON);
          const parts = { budget: "company", subject: "production", limitPico: 0n, heldPico: 0n, deadPico: 0n };
          return { ...parts, account, endsAt, settledPico };
        }),
    },
  });

describe("what budgets are forecast to come to", () => {
  test("is sighted as a share of the amount, with the sums and why", async () => {
    // $120 a day by the mean: $60 more until midnight.
    const [sight] = await outlookOf([budgetRuleOf()], await spendOf(200, 100), [70n * USD])(NOON);
    expect(sight).toEqual({
      signal: "budget-forecast",
      subject: { budget: "company", account: "production" },
      value: 1.3,
      note:
        "$130.00 of $100.00 today; the last 24 hours +$100.00 against those until 12:00 on 2026-11-20, " +
        "the median of 4 days: number of calls +$100.00",
    });
  });

  test("begins nothing once more than 90 % is spent, and keeps what fires", async () => {
    const spend = await spendOf(200, 100);
    const look = async (spent: bigint) => (await outlookOf([budgetRuleOf()], spend, [spent * USD])(NOON))[0];
    expect(await look(90n)).not.toHaveProperty("onlyLasts");
    expect(await look(91n)).toMatchObject({ value: 1.51, onlyLasts: true });
    expect(await look(160n)).toMatchObject({ value: 2.2, onlyLasts: true });
  });

  test("is there for days and months of all, of endpoints and of keys, also before the first call of the window", async () => {
    const rules = [
      budgetRuleOf(),
      budgetRuleOf({ name: "month", window: "month" }),
      budgetRuleOf({ name: "bots", per: "endpoint" }),
      budgetRuleOf({ name: "keys", per: "key", only: { endpoints: ["bot"] } }),
      budgetRuleOf({ name: "others", per: "endpoint", only: { endpoints: ["faq"] } }),
      budgetRuleOf({ name: "hour", window: "hour" }),
      budgetRuleOf({ name: "tenants", per: "tenant" }),
    ];
    const sights = await outlookOf(rules, await spendOf(100, 100))(NOON);
    expect(sights.map(({ subject, value }) => [subject["budget"], subject["account"], value])).toEqual([
      ["company", "production", 0.5],
      ["month", "production", 9.5],
      ["bots", "bot", 0.5],
      ["keys", "key_1", 0.5],
    ]);
  });

  test("is told of the whole company, too, after twenty endpoints that count each for themselves", async () => {
    const spend = await spendOf(100, 100);
    const endpoints = Array.from({ length: 20 }, (_, number) => `bot-${number}`);
    const classes = { ...NO_SPEND.classes, output: { tokens: 200, costPico: 200n * USD } };
    const hour = hourOf(NOON) - 2 * DAY_MS;
    await spend.write(
      "rep_6",
      endpoints.map((endpoint) => {
        return { endpoint, model: "sim/a", keyId: "key_1", user: "", hour, spend: { ...NO_SPEND, calls: 1, classes } };
      }),
    );
    const rules = [
      budgetRuleOf({ name: "bots", per: "endpoint" }),
      budgetRuleOf({ name: "keys", per: "key" }),
      budgetRuleOf(),
    ];
    const sights = await outlookOf(rules, spend)(NOON);
    const told = sights.map(({ subject }) => subject["budget"]);
    expect([told.length, told.at(-2), told.at(-1)]).toEqual([22, "keys", "company"]);
  });

  test("is looked at every five minutes", async () => {
    const spend = await spendOf(100, 100);
    let sums = 0;
    const counted: SpendStore = { ...spend, sum: (query) => ((sums += 1), spend.sum(query)) };
    const look = outlookOf([budgetRuleOf()], counted);
    await look(NOON);
    const first = sums;
    await look(NOON + 299_000);
    expect(sums).toBe(first);
    await look(NOON + 300_000);
    expect(sums).toBe(2 * first);
  });

  test("is nothing before a full day, and without budgets nobody asks", async () => {
    expect(await outlookOf([budgetRuleOf()], createMemorySpendStore(10))(NOON)).toEqual([]);
    const failing = { ...createMemorySpendStore(10), sum: () => Promise.reject(new Error("asked")) };
    expect(await outlookOf([budgetRuleOf({ window: "total" })], failing)(NOON)).toEqual([]);
  });
});
