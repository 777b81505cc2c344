import { describe, expect, test } from "vitest";
import { budgetRuleOf } from "../../test/fixtures/budget-rule-of.ts";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { createMemorySpendStore } from "../adapters/stores/memory/memory-spend-store.ts";
import { NO_SPEND } from "../domain/spend/add-spend.ts";
import { HOUR_MS, hourOf } from "../domain/spend/spend-book.ts";
import type { SpendStore } from "../ports/spend-store.ts";
import { BudgetForecasts, spendSubjectOf } from "./budget-forecasts.ts";
import { forecastName, forecastSubjects } from "./forecast-subjects.ts";
import { forecastWindows } from "./look-at-spend.ts";

const USD = 10n ** 12n;
const DAY_MS = 24 * HOUR_MS;

describe("whose spend a budget counts", () => {
  test("is told by hours where it is everybody's, an endpoint's or a key's", () => {
    expect(spendSubjectOf(budgetRuleOf(), "production")).toEqual({});
    expect(spendSubjectOf(budgetRuleOf({ per: "endpoint" }), "bot")).toEqual({ endpoint: "bot" });
    expect(spendSubjectOf(budgetRuleOf({ per: "key" }), "key_1")).toEqual({ keyId: "key_1" });
    expect(spendSubjectOf(budgetRuleOf({ only: { endpoints: ["bot"] } }), "production")).toEqual({ endpoint: "bot" });
  });

  test("is not told where hours do not know it alone", () => {
    expect(spendSubjectOf(budgetRuleOf({ per: "tenant" }), "acme")).toBeNull();
    expect(spendSubjectOf(budgetRuleOf({ per: "user" }), "acme/ada")).toBeNull();
    expect(spendSubjectOf(budgetRuleOf({ only: { tenants: ["acme"] } }), "production")).toBeNull();
    expect(spendSubjectOf(budgetRuleOf({ only: { endpoints: ["bot", "faq"] } }), "production")).toBeNull();
    expect(spendSubjectOf(budgetRuleOf({ per: "endpoint" }), "")).toBeNull();
  });
});

describe("what a budget is expected to come to", () => {
  test("is what was spent and the pace of the days before for the time left, by its window", async () => {
    const clock = new HandClock();
    const spend = createMemorySpendStore(1_000);
    const slot = { endpoint: "bot", model: "sim/a", keyId: "key_1", user: "" };
    const classes = { ...NO_SPEND.classes, output: { tokens: 1, costPico: 24n * USD } };
    for (let day = 1; day <= 5; day += 1) {
      const hour = hourOf(clock.now()) - day * DAY_MS;
      await spend.write(`rep_${day}`, [{ ...slot, hour, spend: { ...NO_SPEND, calls: 1, classes } }]);
    }
    const date = new Date(clock.now());
    const leftMs = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() + 1) - clock.now();
    const comes = (24n * USD * BigInt(leftMs)) / BigInt(DAY_MS);
    const account = { subject: "production", spentPico: 7n * USD };
    const place = { environment: "production", spend };
    const told = await new BudgetForecasts(clock).of(place, [
      { ...account, rule: budgetRuleOf() },
      { ...account, rule: budgetRuleOf({ window: "hour" }) },
      { ...account, rule: budgetRuleOf({ per: "tenant" }) },
      { ...account, rule: undefined },
      { subject: "quiet-bot", spentPico: 0n, rule: budgetRuleOf({ per: "endpoint" }) },
    ]);
    expect(told).toEqual([7n * USD + comes, null, null, null, null]);
  });

  test("is made for all accounts of a list, with one look for those of a kind", async () => {
    const clock = new HandClock();
    const spend = createMemorySpendStore(1_000);
    let looks = 0;
    const counted: SpendStore = { ...spend, costs: (query) => ((looks += 1), spend.costs(query)) };
    const rule = budgetRuleOf({ per: "endpoint" });
    const bots = Array.from({ length: 300 }, (_, number) => `bot-${number}`);
    const classes = { ...NO_SPEND.classes, output: { tokens: 1, costPico: USD } };
    const hour = hourOf(clock.now()) - 2 * DAY_MS;
    await spend.write(
      "rep_1",
      bots.map((endpoint) => {
        return { endpoint, model: "sim/a", keyId: "key_1", user: "", hour, spend: { ...NO_SPEND, calls: 1, classes } };
      }),
    );
    const accounts = [...bots, "bot-0"].map((subject) => ({ subject, spentPico: 0n, rule }));
    const company = { subject: "production", spentPico: 0n, rule: budgetRuleOf() };
    const forecasts = new BudgetForecasts(clock);
    const told = await forecasts.of({ environment: "production", spend: counted }, [...accounts, company]);
    expect(told.filter((one) => one !== null)).toHaveLength(302);
    expect(looks).toBe(2);
    expect(await forecasts.of({ environment: "production", spend: counted }, accounts)).toEqual(told.slice(0, -1));
    expect(looks).toBe(2);
  });

  test("is the same together with others as alone", async () => {
    const clock = new HandClock();
    const spend = createMemorySpendStore(10_000);
    const subjects = [{}, { endpoint: "a" }, { endpoint: "b" }, { keyId: "key_1" }, { endpoint: "a", keyId: "key_2" }];
    for (let hours = 0; hours < 45 * 24; hours += 7) {
      const hour = hourOf(clock.now()) - hours * HOUR_MS;
      const costPico = BigInt(hours * hours);
      const classes = { ...NO_SPEND.classes, output: { tokens: 1, costPico } };
      const slot = { endpoint: hours % 3 === 0 ? "a" : "b", model: "sim/a", keyId: `key_${hours % 2}`, user: "" };
      await spend.write("rep_1", [{ ...slot, hour, spend: { ...NO_SPEND, calls: 1, classes, savedPico: 5n } }]);
    }
    const together = await forecastSubjects(spend, subjects, clock.now());
    for (const subject of subjects) {
      expect(together.get(forecastName(subject))).toEqual(await forecastWindows(spend, subject, clock.now()));
    }
  });
});
