import { expect, test } from "vitest";
import { createMemoryAlertStore } from "../../adapters/stores/memory/memory-alert-store.ts";
import { episodeKey } from "../../domain/alerts/alert.ts";
import { OUTSIDE_RULE } from "../../domain/alerts/tell-groups.ts";
import type { OutsideAlert } from "../../domain/alerts/outside-alert.ts";
import { hearAlerts, MOST_OUTSIDE } from "./hear-alerts.ts";

const place = { environment: "production", endpoints: ["bot"], now: 1_000 };

const outside = (alertname: string, more: Partial<OutsideAlert> = {}): OutsideAlert => ({
  isFiring: true,
  labels: { alertname },
  annotations: { summary: `${alertname} is bad` },
  startsAt: 500,
  ...more,
});

test("takes what is new and what ended, and says nothing of what is known", async () => {
  const alerts = createMemoryAlertStore(1_000);
  const [disk, net] = [outside("disk"), outside("net")];
  expect(await hearAlerts(alerts, [disk, net], place)).toEqual({ changed: 2, leftOut: 0 });
  expect(await hearAlerts(alerts, [disk], place)).toEqual({ changed: 0, leftOut: 0 });
  expect(await hearAlerts(alerts, [{ ...disk, isFiring: false }], place)).toEqual({ changed: 1, leftOut: 0 });
  const firing = await alerts.firing("production");
  expect(firing.map(({ labels }) => labels["alertname"])).toEqual(["net"]);
});

test("leaves its own out, and one that comes twice counts once", async () => {
  const alerts = createMemoryAlertStore(1_000);
  const ours = outside("ours", { labels: { alertname: "ours", source: "rollward" } });
  expect(await hearAlerts(alerts, [ours, outside("disk"), outside("disk")], place)).toEqual({ changed: 1, leftOut: 0 });
});

test("lets a bounded number fire in an environment; known ones are heard of all the same, and other environments have room", async () => {
  const alerts = createMemoryAlertStore(10_000);
  const many = Array.from({ length: MOST_OUTSIDE + 3 }, (_, index) => outside(`alert-${index}`));
  expect(await hearAlerts(alerts, many, place)).toEqual({ changed: MOST_OUTSIDE, leftOut: 3 });
  expect(await hearAlerts(alerts, [outside("another")], place)).toEqual({ changed: 0, leftOut: 1 });
  expect(await hearAlerts(alerts, [outside("another")], { ...place, environment: "staging" })).toMatchObject({
    changed: 1,
  });
  // One that ends makes room, in the same message too; one that comes back needs room as a new one does.
  const over = { ...outside("alert-7"), isFiring: false };
  expect(await hearAlerts(alerts, [outside("another"), over], place)).toEqual({ changed: 2, leftOut: 0 });
  expect(await hearAlerts(alerts, [outside("alert-7")], place)).toEqual({ changed: 0, leftOut: 1 });
  expect(await alerts.firing("production")).toHaveLength(MOST_OUTSIDE);
});

test("goes on hearing of new ones however many are over, and never calls a trouble what one was called before", async () => {
  const alerts = createMemoryAlertStore(100_000);
  const DAY = 24 * 3_600_000;
  for (let day = 1; day <= 3; day += 1) {
    const at = { ...place, now: day * DAY };
    const many = Array.from({ length: MOST_OUTSIDE }, (_, index) => outside(`alert-${day}-${index}`));
    const both = [outside("disk"), ...many.slice(1)];
    expect(await hearAlerts(alerts, both, at)).toEqual({ changed: MOST_OUTSIDE, leftOut: 0 });
    const ended = both.map((each) => ({ ...each, isFiring: false }));
    expect(await hearAlerts(alerts, ended, { ...at, now: at.now + 3_600_000 })).toMatchObject({
      changed: MOST_OUTSIDE,
    });
  }
  // Those of the last minute are kept beside the newest ones of before.
  expect((await alerts.states("production")).length).toBeLessThanOrEqual(2 * MOST_OUTSIDE);
  const fired = (await alerts.transitions({ since: 0, limit: 100_000 })).filter(({ to }) => to === "firing");
  const keys = fired.map(episodeKey);
  expect(new Set(keys).size).toBe(keys.length);
});

test("one that was forgotten comes back as a later episode", async () => {
  const alerts = createMemoryAlertStore(1_000);
  const disk = outside("disk");
  const heardAt = async (now: number, isFiring: boolean) => {
    await hearAlerts(alerts, [{ ...disk, isFiring }], { ...place, now });
    return (await alerts.states("production"))[0]?.episode ?? 0;
  };
  const first = await heardAt(100_000, true);
  await heardAt(101_000, false);
  const second = await heardAt(102_000, true);
  expect(second).toBe(first + 1);
  await heardAt(103_000, false);
  await alerts.expire(163_001, { environment: "production", rule: OUTSIDE_RULE, newest: 0 });
  expect(await alerts.states("production")).toEqual([]);
  expect(await heardAt(163_001, true)).toBeGreaterThan(second);
});

test("tries again where another server was faster", async () => {
  const alerts = createMemoryAlertStore(1_000);
  let isFirst = true;
  const raced = {
    ...alerts,
    append: async (steps: Parameters<typeof alerts.append>[0]) => {
      if (isFirst) {
        isFirst = false;
        await hearAlerts(alerts, [outside("disk")], place);
      }
      return alerts.append(steps);
    },
  };
  expect(await hearAlerts(raced, [{ ...outside("disk"), startsAt: 700 }, outside("net")], place)).toEqual({
    changed: 1,
    leftOut: 0,
  });
  expect(await alerts.firing("production")).toHaveLength(2);
});
