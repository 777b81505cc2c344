import { expect, test } from "vitest";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { BudgetWatch } from "./budget-watch.ts";

const HELD = { budget: "company", isSpent: false };

test("a budget that is spent ends a backtest at once, and is named", () => {
  const watch = new BudgetWatch(new HandClock());
  expect(watch.emptied).toBeNull();
  expect(watch.refused({ budget: "company", isSpent: true })).toBe(false);
  expect(watch.emptied).toBe("company");
});

test("one that calls under way hold is waited for, half an hour without any that was paid", () => {
  const clock = new HandClock();
  const watch = new BudgetWatch(clock);
  expect(watch.refused(HELD)).toBe(true);
  clock.advance(30 * 60_000);
  expect(watch.refused(HELD)).toBe(true);
  watch.paid();
  clock.advance(1);
  expect(watch.refused(HELD)).toBe(true);
  clock.advance(30 * 60_000 + 1);
  expect(watch.refused(HELD)).toBe(false);
  expect(watch.emptied).toBe("company");
});
