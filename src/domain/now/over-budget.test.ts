import { describe, expect, test } from "vitest";
import { endpointNow, MINUTE, THREE } from "../../../test/fixtures/now-samples.ts";
import type { BudgetRule } from "../budgets/budget-rule.ts";
import { actionsOf } from "./actions-of.ts";
import { isBudgetOutage, overBudgetNow } from "./over-budget.ts";
import type { TalliedMinute } from "./minutes-of.ts";

const RULE: BudgetRule = {
  name: "company",
  per: "environment",
  window: "hour",
  limitPico: 10n ** 10n,
  only: {},
  atLimit: "degrade",
  whenUnreachable: "refuse",
};

/** So many minutes before three: so many calls, and of them those that were refused, in all and by a budget of all callers. */
const minute = (
  ago: number,
  calls: number,
  [refused, shared = refused]: readonly [all: number, shared?: number] = [0],
): TalliedMinute => ({
  start: THREE - ago * MINUTE,
  endpoint: "bot",
  tally: {
    calls,
    faults: 0,
    errors: { ...(refused > 0 && { budget_spent: refused }) },
    sharedRefusals: { ...(shared > 0 && { "budget:company": shared }) },
  },
});

const look = (...minutes: readonly TalliedMinute[]) =>
  overBudgetNow({ endpoint: "bot", minutes, rules: [RULE], now: THREE });

describe("what budgets refuse", () => {
  test("is nothing where nothing was refused of late, and no caller's own where it is everybody's", () => {
    expect(look(minute(7, 100, [100]), minute(1, 100))).toEqual({ calls: 0, since: null });
    expect(look(minute(1, 100, [30, 0]))).toEqual({ calls: 30, since: THREE - MINUTE });
  });

  test("is told with the budget that it is, since when, and how much of the newest calls", () => {
    const found = look(minute(3, 100), minute(2, 100, [40]), minute(1, 100, [100]), minute(0, 20, [20]));
    expect(found).toEqual({
      calls: 160,
      since: THREE - 2 * MINUTE,
      shared: {
        calls: 160,
        share: 1,
        budgets: [
          { name: "company", window: "hour", limitPico: 10n ** 10n, atLimit: "degrade", endsAt: THREE + 60 * MINUTE },
        ],
      },
    });
    expect(isBudgetOutage(endpointNow({ overBudget: found }))).toBe(true);
  });

  test("is over when the newest minutes have no refusal, and no outage before half of the calls are refused", () => {
    const over = look(minute(3, 100, [100]), minute(1, 100), minute(0, 10));
    expect(over.shared).toMatchObject({ calls: 100, share: 0 });
    expect(isBudgetOutage(endpointNow({ overBudget: over }))).toBe(false);
    expect(isBudgetOutage(endpointNow({ overBudget: look(minute(0, 100, [49])) }))).toBe(false);
    expect(isBudgetOutage(endpointNow({ overBudget: look(minute(0, 100, [90, 10])) }))).toBe(false);
  });
});

test("who may raise a budget is told where it stands, what it is, and when it begins again", () => {
  const [budget] = look(minute(0, 10, [10])).shared?.budgets ?? [];
  if (budget === undefined) throw new Error("The budget is configured.");
  const actions = actionsOf({ environment: "production", endpoint: null, frozen: null, rollouts: 0, budget });
  expect(actions.map(({ action }) => action)).toEqual(["raise-budget", "roll-back", "freeze", "switch-model"]);
  expect(actions[0]).toMatchObject({
    label: "Raise the budget company",
    request: null,
    whyNot: null,
    effect:
      "Write a higher `budgets.company.amount` into rollward.yaml (it is $0.01 an hour) and `rollward apply`: calls are let in within seconds, and what was spent stays spent. Left as it is, it begins again at 2026-11-21 04:00 UTC.",
  });
});
