import { describe, expect, test } from "vitest";
import { likelyCause } from "../incidents/likely-cause.ts";
import {
  changeOfBudget,
  changeOfDearHour,
  changeOfEmptied,
  changeOfRelease,
  isFullBudget,
} from "./changes-of-spend.ts";
import type { BudgetReached } from "./changes-of-spend.ts";

const USD = 10n ** 12n;
const AT = Date.UTC(2026, 10, 21, 3, 12);

const reached = (percent: number, account: Partial<BudgetReached["account"]> = {}): BudgetReached => ({
  environment: "production",
  at: AT,
  account: {
    id: "company|environment|day|0|production",
    budget: "company",
    per: "environment",
    subject: "production",
    window: "day",
    limitPico: 50n * USD,
    atLimit: "refuse",
    ...account,
  },
  percent,
  settledPico: (BigInt(percent) * USD) / 2n,
});

describe("a budget that has reached a threshold", () => {
  test("is a line with what was spent of what, and at its end with what becomes of calls", () => {
    expect(changeOfBudget(reached(75))).toMatchObject({
      kind: "budget",
      weight: "info",
      subject: "company",
      endpoint: null,
      line: "The budget company has reached 75 %: $37.50 of $50.00 today",
    });
    expect(changeOfBudget(reached(90)).weight).toBe("warning");
    expect(changeOfBudget(reached(100, { per: "endpoint", subject: "bot", window: "total" }))).toMatchObject({
      endpoint: "bot",
      line: "The budget company of endpoint bot has reached 100 %: $50.00 of $50.00; calls that it counts are refused",
    });
  });

  test("says of one that lets something cheaper answer that this ends too, and when it has", () => {
    const account = { ...reached(100).account, atLimit: "degrade" } as const;
    expect(changeOfBudget({ ...reached(100), account }).line).toMatch(
      /; calls that it counts get what is cheaper as long as that can be paid, then they are refused$/,
    );
    const emptied = changeOfEmptied({ environment: "production", at: AT, account });
    expect(emptied).toMatchObject({
      weight: "warning",
      subject: "company",
      line: "The budget company has begun to refuse calls: nothing cheaper can answer with what is left of $50.00 today",
    });
    expect(isFullBudget(emptied)).toBe(true);
    expect(changeOfEmptied({ environment: "production", at: AT + 1, account }).id).toBe(emptied.id);
  });

  test("is the same change whichever server tells it, and another one at another threshold", () => {
    expect(changeOfBudget({ ...reached(50), at: AT + 1 }).id).toBe(changeOfBudget(reached(50)).id);
    expect(changeOfBudget(reached(75)).id).not.toBe(changeOfBudget(reached(50)).id);
  });

  test("can be why calls fail only once it is spent", () => {
    const trouble = { startedAt: AT + 60_000, endpoints: ["bot"] };
    expect([50, 90, 100].map((percent) => isFullBudget(changeOfBudget(reached(percent))))).toEqual([
      false,
      false,
      true,
    ]);
    expect(likelyCause([changeOfBudget(reached(90))], trouble)).toBeNull();
    expect(likelyCause([changeOfBudget(reached(100))], trouble)?.kind).toBe("budget");
  });

  test("is told too when a person gave back what dead servers held, with the reason", () => {
    const release = { environment: "production", at: AT, budget: "company", releasedPico: 5n * 10n ** 9n, by: "ada" };
    expect(changeOfRelease({ ...release, reason: "node-3 burnt down" })).toMatchObject({
      by: "ada",
      line: "$0.0050 of the budget company that dead servers held was given back: node-3 burnt down",
    });
  });
});

test("an hour that is too dear is a change of the hour, with what is usual and why", () => {
  const dear = { environment: "production", hour: AT, spentPico: 12n * USD, usualPico: 2n * USD, why: "+$10.00" };
  const change = changeOfDearHour({ ...dear, at: AT, subject: { type: "user", name: "ada" } });
  expect(change).toMatchObject({
    kind: "spend",
    weight: "warning",
    endpoint: null,
    subject: "user ada",
    line: "The hour of user ada is too dear: $12.00 where $2.00 is usual; +$10.00",
  });
  expect(changeOfDearHour({ ...dear, at: AT + 300_000, subject: { type: "user", name: "ada" } }).id).toBe(change.id);
  const bot = changeOfDearHour({ ...dear, at: AT, subject: { type: "endpoint", name: "bot" } });
  expect(bot.endpoint).toBe("bot");
  expect(likelyCause([bot], { startedAt: AT, endpoints: ["bot"] })).toBeNull();
});
