import { describe, expect, test } from "vitest";
import { HandClock } from "../../test/fixtures/hand-clock.ts";
import { createMemorySpendStore } from "../adapters/stores/memory/memory-spend-store.ts";
import type { BudgetRule } from "../domain/budgets/budget-rule.ts";
import { NO_SPEND } from "../domain/spend/add-spend.ts";
import { HOUR_MS, hourOf } from "../domain/spend/spend-book.ts";
import { BudgetForecasts, spendSubjectOf } from "./budget-forecasts.ts";

const USD = 10n ** 12n;
const DAY_MS = 24 * HOUR_MS;

const ruleOf = (parts: Partial<BudgetRule> = {}): BudgetRule => ({
  name: "company",
  per: "environment",
  window: "day",
  limitPico: 100n * USD,
  only: {},
  atLimit: "refuse",
  whenUnreachable: "refuse",
  ...parts,
});

describe("whose spend a budget counts", () => {
  test("is told by hours where it is everybody's, an endpoint's or a key's", () => {
    expect(spendSubjectOf(ruleOf(), "production")).toEqual({});
    expect(spendSubjectOf(ruleOf({ per: "endpoint" }), "bot")).toEqual({ endpoint: "bot" });
    expect(spendSubjectOf(ruleOf({ per: "key" }), "key_1")).toEqual({ keyId: "key_1" });
    expect(spendSubjectOf(ruleOf({ only: { endpoints: ["bot"] } }), "production")).toEqual({ endpoint: "bot" });
  });

  test("is not told where hours do not know it alone", () => {
    expect(spendSubjectOf(ruleOf({ per: "tenant" }), "acme")).toBeNull();
    expect(spendSubjectOf(ruleOf({ per: "user" }), "acme/ada")).toBeNull();
    expect(spendSubjectOf(ruleOf({ only: { tenants: ["acme"] } }), "production")).toBeNull();
    expect(spendSubjectOf(ruleOf({ only: { endpoints: ["bot", "faq"] } }), "production")).toBeNull();
    expect(spendSubjectOf(ruleOf({ per: "endpoint" }), "")).toBeNull();
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
      { ...account, rule: ruleOf() },
      { ...account, rule: ruleOf({ window: "hour" }) },
      { ...account, rule: ruleOf({ per: "tenant" }) },
      { ...account, rule: undefined },
      { subject: "quiet-bot", spentPico: 0n, rule: ruleOf({ per: "endpoint" }) },
    ]);
    expect(told).toEqual([7n * USD + comes, null, null, null, null]);
  });

  test("is made for twenty accounts of a list, and told of all whose spend is theirs as well", async () => {
    const clock = new HandClock();
    const spend = createMemorySpendStore(1_000);
    const rule = ruleOf({ per: "endpoint" });
    const bots = Array.from({ length: 21 }, (_, number) => `bot-${number}`);
    const classes = { ...NO_SPEND.classes, output: { tokens: 1, costPico: USD } };
    const hour = hourOf(clock.now()) - 2 * DAY_MS;
    await spend.write(
      "rep_1",
      bots.map((endpoint) => {
        return { endpoint, model: "sim/a", keyId: "key_1", user: "", hour, spend: { ...NO_SPEND, calls: 1, classes } };
      }),
    );
    const accounts = [...bots, "bot-0"].map((subject) => ({ subject, spentPico: 0n, rule }));
    const told = await new BudgetForecasts(clock).of({ environment: "production", spend }, accounts);
    expect(told.map((one) => one !== null)).toEqual([...bots.map((_, number) => number < 20), true]);
  });
});
