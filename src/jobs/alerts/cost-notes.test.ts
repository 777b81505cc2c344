import { describe, expect, test } from "vitest";
import { createMemorySpendStore } from "../../adapters/stores/memory/memory-spend-store.ts";
import { DEFAULT_RULES } from "../../domain/alerts/default-rules.ts";
import { judgeRule } from "../../domain/alerts/judge-rule.ts";
import type { RuleFacts } from "../../domain/alerts/rule-facts.ts";
import { openTally } from "../../domain/series/tally.ts";
import type { SeriesTally } from "../../domain/series/series-cell.ts";
import { NO_SPEND } from "../../domain/spend/add-spend.ts";
import { HOUR_MS, hourOf } from "../../domain/spend/spend-book.ts";
import type { SpendStore } from "../../ports/spend-store.ts";
import { createDearCallers } from "./dear-callers.ts";
import { CostNotes } from "./cost-notes.ts";

const USD = 10n ** 12n;
const NOW = Date.UTC(2026, 10, 21, 15, 40);
const DAY_MS = 24 * HOUR_MS;

/** So many calls an hour that cost so much, by user, today and in the same hour of the ten days before. */
async function spendOf(today: readonly [calls: number, usd: number], usual: readonly [calls: number, usd: number]) {
  const store = createMemorySpendStore(10_000);
  for (let day = 0; day <= 10; day += 1) {
    const [calls, usd] = day === 0 ? today : usual;
    const hour = hourOf(NOW) - day * DAY_MS;
    const classes = { ...NO_SPEND.classes, output: { tokens: calls, costPico: BigInt(usd) * USD } };
    const slot = { endpoint: "bot", model: "sim/a", keyId: "key_1", user: "ada" };
    await store.write(`rep_${day}`, [{ ...slot, hour, spend: { ...NO_SPEND, calls, classes } }]);
  }
  return store;
}

const sourcesOf = (spend: SpendStore, tenant: string | null = null) => ({ spend, tenantOf: () => tenant });

const hourTally = (usd: number): SeriesTally => ({ ...openTally(), calls: 100, costPico: BigInt(usd) * USD });

const factsOf = (usd: number): RuleFacts => ({
  environment: "production",
  at: NOW,
  endpoints: ["bot", "faq"],
  tally: (endpoint) => hourTally(endpoint === "bot" ? usd : 10),
  sameHours: () => [10, 11, 9, 10, 10].map(hourTally),
  sights: () => null,
  goneSights: () => [],
  slo: () => undefined,
});

const COST_RULES = DEFAULT_RULES.filter(({ name }) => name === "cost-unusual");

describe("why an endpoint is dear", () => {
  test("is told with the alert: the parts of the change against the usual day", async () => {
    const notes = new CostNotes(await spendOf([300, 30], [100, 10]));
    const facts = await notes.explained(COST_RULES, factsOf(30));
    expect(facts.costNote?.("bot")).toBe(
      "+$20.00 against 15:00 on 2026-11-20, the median of 10 days: number of calls +$20.00",
    );
    const [bot, faq] = COST_RULES.flatMap((rule) => judgeRule(rule, facts));
    expect(bot).toMatchObject({ isBad: true, summary: expect.stringContaining("number of calls +$20.00") as string });
    expect(faq).toMatchObject({ isBad: false, summary: expect.not.stringContaining("against") as string });
  });

  test("is of the hour before while the one under way has hardly begun", async () => {
    const notes = new CostNotes(await spendOf([300, 30], [100, 10]));
    const facts = await notes.explained(COST_RULES, { ...factsOf(30), at: hourOf(NOW) + HOUR_MS + 60_000 });
    expect(facts.costNote?.("bot")).toContain("+$20.00");
  });

  test("is not looked for where nothing is dear, and not again within five minutes", async () => {
    const store = await spendOf([300, 30], [100, 10]);
    let sums = 0;
    const counted: SpendStore = { ...store, sum: (query) => ((sums += 1), store.sum(query)) };
    const notes = new CostNotes(counted);
    const quiet = factsOf(10);
    expect(await notes.explained(COST_RULES, quiet)).toBe(quiet);
    expect(sums).toBe(0);
    await notes.explained(COST_RULES, factsOf(30));
    const first = sums;
    await notes.explained(COST_RULES, { ...factsOf(30), at: NOW + 60_000 });
    expect(sums).toBe(first);
    await notes.explained(COST_RULES, { ...factsOf(30), at: NOW + 301_000 });
    expect(sums).toBe(2 * first);
  });
});

describe("a user whose hour is too dear", () => {
  test("is sighted once, with what is usual and why, and found by the default rule", async () => {
    const look = createDearCallers(sourcesOf(await spendOf([300, 30], [100, 10])));
    const sights = await look(NOW);
    expect(sights).toEqual([
      {
        signal: "user-too-dear",
        subject: { user: "ada" },
        value: 1,
        note: "$30.00 where $10.00 is usual; +$20.00 against 15:00 on 2026-11-20, the median of 10 days: number of calls +$20.00",
      },
    ]);
    const rule = DEFAULT_RULES.find(({ name }) => name === "user-cost-unusual");
    if (rule === undefined) throw new Error("There is no such rule.");
    const [finding] = judgeRule(rule, { ...factsOf(10), sights: () => sights });
    expect(finding).toMatchObject({ isBad: true, subject: { user: "ada" } });
    expect(finding?.summary).toContain("The hour of user ada is too dear: $30.00 where $10.00 is usual");
  });

  test("is looked for every five minutes, and gone when both hours are over", async () => {
    const look = createDearCallers(sourcesOf(await spendOf([300, 30], [100, 10])));
    expect(await look(NOW)).toHaveLength(1);
    expect(await look(NOW + HOUR_MS)).toHaveLength(1);
    expect(await look(NOW + 2 * HOUR_MS)).toEqual([]);
  });

  test("is nobody while users cost what they usually do", async () => {
    expect(await createDearCallers(sourcesOf(await spendOf([100, 10], [100, 10])))(NOW)).toEqual([]);
  });
});
