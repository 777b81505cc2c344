import * as fc from "fast-check";
import { expect, test } from "vitest";
import { accountOf, windowAt } from "./budget-rule.ts";
import type { BudgetRule } from "./budget-rule.ts";

const RULE: BudgetRule = {
  name: "team",
  per: "key",
  window: "month",
  limitPico: 5n,
  only: {},
  atLimit: "refuse",
  whenUnreachable: "refuse",
};

test("windows follow one another without a gap, in UTC", () => {
  const instants = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
  fc.assert(
    fc.property(fc.constantFrom("hour", "day", "month" as const), instants, (window, now) => {
      const { startsAt, endsAt } = windowAt(window, now);
      expect(startsAt).toBeLessThanOrEqual(now);
      expect(endsAt).toBeGreaterThan(now);
      expect(windowAt(window, (endsAt ?? 0) - 1).startsAt).toBe(startsAt);
      expect(windowAt(window, endsAt ?? 0).startsAt).toBe(endsAt);
    }),
  );
  expect(windowAt("month", Date.UTC(2028, 1, 29, 23)).endsAt).toBe(Date.UTC(2028, 2));
});

test("an account is one of its budget, subject and window, whatever the amount", () => {
  const now = Date.UTC(2026, 10, 21);
  const id = accountOf(RULE, "key_1", now).id;
  expect(accountOf({ ...RULE, limitPico: 9n }, "key_1", now).id).toBe(id);
  expect(accountOf(RULE, "key_2", now).id).not.toBe(id);
  expect(accountOf(RULE, "key_1", Date.UTC(2026, 11, 1)).id).not.toBe(id);
  expect(accountOf({ ...RULE, window: "total" }, "key_1", now).endsAt).toBeNull();
});
