import { expect, test } from "vitest";
import { createMemoryAlertStore } from "../../adapters/stores/memory/memory-alert-store.ts";
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

test("keeps a bounded number of an environment; known ones are heard of all the same, and other environments have room", async () => {
  const alerts = createMemoryAlertStore(10_000);
  const many = Array.from({ length: MOST_OUTSIDE + 3 }, (_, index) => outside(`alert-${index}`));
  expect(await hearAlerts(alerts, many, place)).toEqual({ changed: MOST_OUTSIDE, leftOut: 3 });
  expect(await hearAlerts(alerts, [outside("another")], place)).toEqual({ changed: 0, leftOut: 1 });
  expect(await hearAlerts(alerts, [{ ...outside("alert-7"), isFiring: false }], place)).toMatchObject({ changed: 1 });
  expect(await hearAlerts(alerts, [outside("another")], { ...place, environment: "staging" })).toMatchObject({
    changed: 1,
  });
  expect(await alerts.states("production")).toHaveLength(MOST_OUTSIDE);
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
