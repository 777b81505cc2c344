import { expect, test } from "vitest";
import type { Per } from "../../domain/limits/call-subjects.ts";
import type { Change } from "../../domain/changes/change.ts";
import type { Announcer } from "../../ports/announcer.ts";
import { createNotingAnnouncer } from "./noting-announcer.ts";

const reached = (per: Per) => ({
  account: {
    id: `b|${per}`,
    budget: "b",
    subject: "s",
    per,
    window: "day" as const,
    endsAt: null,
    limitPico: 10n ** 12n,
    atLimit: "refuse" as const,
    whenUnreachable: "refuse" as const,
  },
  percent: 50 as const,
  settledPico: 10n ** 12n / 2n,
});

test("every threshold is told, and noted where it is everybody's or an endpoint's: users would fill the list", () => {
  const noted: Change[] = [];
  let told = 0;
  const own: Announcer = { decided() {}, troubled() {}, recovered() {}, spent: () => void (told += 1) };
  const announcer = createNotingAnnouncer(own, {
    environment: () => "production",
    noted: { note: (change) => void noted.push(change) },
    clock: { now: () => 1_000 },
  });
  for (const per of ["environment", "endpoint", "tenant", "key", "user"] as const) announcer.spent?.(reached(per));
  expect(told).toBe(5);
  expect(noted.map(({ id }) => id)).toEqual(["budget:production:b|environment:50", "budget:production:b|endpoint:50"]);
});

test("that a budget refuses although something cheaper would answer is told once for each account, and not of users", () => {
  const noted: Change[] = [];
  let told = 0;
  const own: Announcer = { decided() {}, troubled() {}, recovered() {}, budgetEmptied: () => void (told += 1) };
  const announcer = createNotingAnnouncer(own, {
    environment: () => "production",
    noted: { note: (change) => void noted.push(change) },
    clock: { now: () => 1_000 },
  });
  for (const per of ["environment", "environment", "endpoint", "user"] as const)
    announcer.budgetEmptied?.(reached(per).account);
  expect(told).toBe(2);
  expect(noted.map(({ id }) => id)).toEqual([
    "budget:production:b|environment:emptied",
    "budget:production:b|endpoint:emptied",
  ]);
});
