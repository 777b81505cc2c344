import { afterEach, describe, expect, test } from "vitest";
import { createMemorySpendStore } from "../../src/adapters/stores/memory/memory-spend-store.ts";
import { NO_SPEND } from "../../src/domain/spend/add-spend.ts";
import { HOUR_MS, hourOf } from "../../src/domain/spend/spend-book.ts";
import { createDearCallers } from "../../src/jobs/alerts/dear-callers.ts";
import type { SpendStore } from "../../src/ports/spend-store.ts";
import { openAlertWorld } from "../fixtures/alert-world.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { startToldServer } from "../fixtures/told-server.ts";
import type { ToldServer } from "../fixtures/told-server.ts";

const USD = 10n ** 12n;
const MINUTE = 60_000;
const DAY_MS = 24 * HOUR_MS;
const variables = { HOOK_SECRET: "a-secret-of-the-hook-0123456789" };

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const kept = <T extends { close(): Promise<void> }>(one: T): T => {
  open.push(one);
  return one;
};

const hook = ({ url }: ToldServer, rules = ""): string => `notifiers:
  hook: { kind: webhook, url: "${url}", secret_env: HOOK_SECRET }
alerts:
  notify: { critical: [hook], warning: [hook] }
${rules}`;

/** Today three times as many calls as on each of the ten days before, at the same price. */
async function dearToday(clock: HandClock): Promise<SpendStore> {
  const store = createMemorySpendStore(1_000);
  for (let day = 0; day <= 10; day += 1) {
    const calls = day === 0 ? 300 : 100;
    const classes = { ...NO_SPEND.classes, output: { tokens: calls, costPico: (BigInt(calls) * USD) / 10n } };
    const slot = { endpoint: "bot", model: "sim/m", keyId: "key_1", user: "ada" };
    const hour = hourOf(clock.now()) - day * DAY_MS;
    await store.write(`rep_${day}`, [{ ...slot, hour, spend: { ...NO_SPEND, calls, classes } }]);
  }
  return store;
}

interface Heard {
  readonly name: string | undefined;
  readonly status: string;
  readonly summary: string | undefined;
}

const heard = ({ taken }: ToldServer): readonly Heard[] =>
  taken.flatMap(({ body }) => {
    const { alerts } = body as {
      alerts: { status: string; labels: Record<string, string>; annotations: Record<string, string> }[];
    };
    return alerts.map(({ status, labels, annotations }) => ({
      name: labels["alertname"],
      status,
      summary: annotations["summary"],
    }));
  });

const WHY = "+$20.00 against 00:00 on 2026-11-20, the median of 10 days: number of calls +$20.00";

describe("alerts about money", () => {
  test("of a user whose hour is too dear reach people once, with what is usual and why", async () => {
    const clock = new HandClock();
    const server = kept(await startToldServer());
    const spend = await dearToday(clock);
    const world = kept(openAlertWorld(hook(server), { clock, variables, spend }));
    world.sight = { ...world.sight, sights: await createDearCallers({ spend, tenantOf: () => null })(clock.now()) };
    await world.live(5 * MINUTE);
    expect(heard(server)).toEqual([
      {
        name: "user-cost-unusual",
        status: "firing",
        summary: `The hour of user ada is too dear: $30.00 where $10.00 is usual; ${WHY}.`,
      },
    ]);
    world.sight = { ...world.sight, sights: [] };
    await world.live(5 * MINUTE);
    expect(heard(server)[1]).toMatchObject({ name: "user-cost-unusual", status: "resolved" });
    expect(heard(server)[1]?.summary).toMatch(/The hour of user ada was too dear for /);
  });

  test("of a tenant and its only user are one message", async () => {
    const clock = new HandClock();
    const server = kept(await startToldServer());
    const spend = await dearToday(clock);
    const world = kept(openAlertWorld(hook(server), { clock, variables, spend }));
    const sights = await createDearCallers({ spend, tenantOf: () => "acme" })(clock.now());
    world.sight = { ...world.sight, sights };
    await world.live(5 * MINUTE);
    expect(server.taken).toHaveLength(1);
    const summary = (whose: string): string =>
      `The hour of ${whose} is too dear: $30.00 where $10.00 is usual; ${WHY}.`;
    expect(heard(server)).toEqual([
      { name: "user-cost-unusual", status: "firing", summary: summary("user ada") },
      { name: "tenant-cost-unusual", status: "firing", summary: summary("tenant acme") },
    ]);
  });

  test("of an endpoint carry the attribution of its cost", async () => {
    const clock = new HandClock();
    const server = kept(await startToldServer());
    const rule = "  rules: { dear: { cost_above: 0.001, count: 1 } }\n";
    const world = kept(openAlertWorld(hook(server, rule), { clock, variables, spend: await dearToday(clock) }));
    await world.count({ calls: 300, costPico: 30n * USD });
    await world.live(MINUTE);
    const [first] = heard(server);
    expect(first).toMatchObject({ name: "dear", status: "firing" });
    expect(first?.summary).toContain(WHY);
  });
});
