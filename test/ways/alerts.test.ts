import { describe, expect, test } from "vitest";
import { openMemoryStores } from "../../src/adapters/stores/memory/open-memory-stores.ts";
import { openPostgresStores } from "../../src/adapters/stores/postgres/open-postgres-stores.ts";
import { sendDueAlerts } from "../../src/jobs/alerts/send-alerts.ts";
import { emptyDesk } from "../../src/domain/alerts/desk.ts";
import { openTally } from "../../src/domain/series/tally.ts";
import { tellingOf } from "../contracts/notifier.contract.ts";
import { openAlertWorld } from "../fixtures/alert-world.ts";
import type { AlertStores, AlertWorld } from "../fixtures/alert-world.ts";
import { closedAfterEach } from "../fixtures/closed-after-each.ts";
import { createFreshDatabase } from "../fixtures/fresh-database.ts";
import { HandClock } from "../fixtures/hand-clock.ts";
import { startLeavingProxy } from "../fixtures/leaving-proxy.ts";
import { pagerRules } from "../fixtures/pagerduty-rules.ts";
import { startToldServer } from "../fixtures/told-server.ts";
import type { ToldServer } from "../fixtures/told-server.ts";

const KEY = "0123456789abcdef0123456789abcdef";
const MINUTE = 60_000;

const kept = closedAfterEach();

const told = async (): Promise<ToldServer> => kept(await startToldServer());

const hook = (server: ToldServer, more = ""): string => `notifiers:
  hook: { kind: webhook, url: "${server.url}", secret_env: HOOK_SECRET }
alerts:
  notify: { critical: [hook], warning: [hook] }
${more}`;

const variables = { HOOK_SECRET: "a-secret-of-the-hook-0123456789" };

/** What a web server heard, as `reason alert:status,…`. */
const heard = ({ taken }: ToldServer): string[] =>
  taken.map(({ body }) => {
    const { rollward, alerts } = body as {
      rollward: { reason: string };
      alerts: { status: string; labels: Record<string, string> }[];
    };
    return `${rollward.reason} ${alerts.map(({ labels, status }) => `${labels["alertname"]}:${status}`).join(",")}`;
  });

/** A minute in which a third of a hundred calls fail, and then some without calls. */
async function burst(world: AlertWorld, minutes = 4): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await world.count({ calls: 100, faults: 33 });
    await world.live(MINUTE);
  }
}

describe("an alert's way", () => {
  test("leads from failing calls to one message that names all of it, and to its end", async () => {
    const server = await told();
    const world = kept(openAlertWorld(hook(server), { variables }));
    await burst(world);
    expect(heard(server)).toEqual(["fired errors-many:firing", "changed errors-many:firing,errors-raised:firing"]);
    await world.live(10 * MINUTE);
    expect(heard(server).slice(2)).toEqual(["resolved errors-many:resolved,errors-raised:resolved"]);
  });

  test("says in every message how it stands then, with its worst, and at its end what it was", async () => {
    const server = await told();
    const world = kept(openAlertWorld(hook(server), { variables }));
    const summaries = (): string[] =>
      server.taken.map(
        ({ body }) => (body as { alerts: { annotations: { summary: string } }[] }).alerts[0]?.annotations.summary ?? "",
      );
    for (const faults of [30, 30, 90, 90]) {
      await world.count({ calls: 100, faults });
      await world.live(MINUTE);
    }
    const [alert] = await world.alerts.firing("production");
    expect(alert?.summary).toMatch(/^Errors of bot: \d\d(\.\d)? % \(\d00 calls in 5 min, limit 25 %/);
    expect(alert?.reading).toMatchObject({ worst: { value: expect.any(Number) as number } });
    const [first, second] = summaries();
    expect(first).toMatch(/^Errors of bot: 30 % /);
    expect(second).not.toBe(first);
    await world.live(10 * MINUTE);
    expect(summaries().at(-1)).toMatch(/^Errors of bot stood above 25 % for [\d.]+ min, at worst at \d\d(\.\d)? %\.$/);
  });

  test("begins when it is seen where nobody can read what was before, and fires all the same", async () => {
    const world = kept(openAlertWorld("", { firstSign: () => Promise.reject(new Error("It took too long.")) }));
    await burst(world);
    expect(world.troubles).toEqual([]);
    expect(world.logged).toContain("errors-many firing");
    const [alert] = await world.alerts.firing("production");
    expect(alert?.startedAt).toBeGreaterThan(0);
  });

  test("is linked to the page of its incident, or of all alerts, where the server knows its address", async () => {
    const server = await told();
    const publicUrl = "https://rollward.example.com";
    const stores = openMemoryStores();
    const incidents = { ofAlerts: async () => new Map<string, string>() };
    const world = kept(openAlertWorld(hook(server), { stores: { ...stores, incidents }, variables, publicUrl }));
    await burst(world, 2);
    // The incident was opened meanwhile.
    incidents.ofAlerts = async (...[keys]: readonly (readonly string[])[]) =>
      new Map((keys ?? []).map((key) => [key, "inc_1"]));
    await burst(world, 2);
    expect(server.taken.map(({ body }) => (body as { externalURL: string }).externalURL)).toEqual([
      `${publicUrl}/alerts?environment=production`,
      `${publicUrl}/incidents/inc_1?environment=production`,
    ]);
    const silent = await told();
    await burst(kept(openAlertWorld(hook(silent), { variables })), 2);
    expect(silent.taken.map(({ body }) => (body as { externalURL: string }).externalURL)).toEqual([""]);
  });

  test("is walked once where two servers both believe that they lead", async () => {
    const server = await told();
    const stores = openMemoryStores();
    const clock = new HandClock();
    const [one, other] = [0, 1].map(() => kept(openAlertWorld(hook(server), { stores, clock, variables }))) as [
      AlertWorld,
      AlertWorld,
    ];
    for (let step = 0; step < 12 * 12; step += 1) {
      clock.advance(5_000);
      if (step % 12 === 0 && step < 60) await one.count({ calls: 100, faults: 40 });
      await Promise.all([one.watch.turn(), other.watch.turn()]);
      await Promise.all([sendDueAlerts(one.sender), sendDueAlerts(other.sender)]);
    }
    const transitions = await stores.alerts.transitions({ since: 0, environment: "production", limit: 100 });
    expect(transitions.map(({ rule, to }) => `${rule} ${to}`).toSorted()).toEqual(
      ["errors-many", "errors-raised"].flatMap((rule) => [`${rule} firing`, `${rule} pending`, `${rule} resolved`]),
    );
    const all = heard(server);
    expect(all[0]).toBe("fired errors-many:firing");
    expect(all.at(-1)).toBe("resolved errors-many:resolved,errors-raised:resolved");
    expect(new Set(server.asked.map(({ headers }) => headers["webhook-id"])).size).toBe(server.asked.length);
  });

  test("goes on after a restart, in the same wait and without a second message", async () => {
    const server = await told();
    const stores = openMemoryStores();
    const clock = new HandClock();
    let world = kept(openAlertWorld(hook(server), { stores, clock, variables }));
    for (let part = 0; part < 16; part += 1) {
      if (part % 4 === 0) await world.count({ calls: 100, faults: 33 });
      await world.live(15_000);
      world = kept(openAlertWorld(hook(server), { stores, clock, variables }));
    }
    expect(heard(server)).toEqual(["fired errors-many:firing", "changed errors-many:firing,errors-raised:firing"]);
  });

  test("tells of a burst that came and went while nobody evaluated", async () => {
    const server = await told();
    const stores = openMemoryStores();
    const clock = new HandClock();
    const first = kept(openAlertWorld(hook(server), { stores, clock, variables }));
    await first.live(MINUTE);
    for (let minute = 0; minute < 4; minute += 1) {
      await first.count({ calls: 100, faults: 33 });
      clock.advance(MINUTE);
    }
    clock.advance(60 * MINUTE);
    const second = kept(openAlertWorld(hook(server), { stores, clock, variables }));
    await second.live(MINUTE);
    expect(heard(server)).toEqual([
      "fired errors-many:firing,errors-raised:firing",
      "resolved errors-many:resolved,errors-raised:resolved",
    ]);
  });

  test("is acknowledged by a person, and nobody further is told", async () => {
    const rules = pagerRules();
    const server = kept(await startToldServer(rules.answer));
    const text = `notifiers:
  pager: { kind: pagerduty, key_env: PAGER_KEY, url: "${server.url}" }
  boss: { kind: pagerduty, key_env: PAGER_KEY, url: "${server.url}" }
alerts:
  notify: { critical: [pager] }
  escalate: { after: 5m, to: [boss] }
`;
    const stores = openMemoryStores();
    const world = kept(openAlertWorld(text, { stores, variables: { PAGER_KEY: KEY } }));
    await burst(world);
    const [alert] = await stores.alerts.firing("production");
    await stores.alerts.acknowledge(alert?.fingerprint ?? "", 1, { at: world.clock.now(), by: "Ada", note: null });
    await burst(world, 10);
    expect(rules.incidents).toMatchObject([{ state: "acknowledged", events: ["trigger", "acknowledge"] }]);
    await world.live(10 * MINUTE);
    expect(rules.incidents).toMatchObject([{ state: "resolved" }]);
    await burst(world, 10);
    expect(rules.incidents).toMatchObject([
      { state: "resolved" },
      { state: "triggered", events: ["trigger", "trigger"] },
    ]);
    expect(
      (await stores.alertOutbox.deliveries({ notifier: "boss", limit: 10 })).map(({ telling }) => telling.reason),
    ).toEqual(["escalated"]);
  });

  test("does not keep the others waiting for a notifier that is slow to say no", async () => {
    const stores = openMemoryStores();
    const text = hook({ url: "https://hook.example" } as ToldServer);
    const world = kept(openAlertWorld(text, { stores, variables }));
    const desk = { ...emptyDesk("production"), version: 1 };
    const telling = tellingOf();
    const messages = Array.from({ length: 20 }, (_, index) => ({
      id: `ntc_${index}`,
      environment: "production",
      notifier: "hook",
      group: `group ${index}`,
      telling,
      tries: 0,
      createdAt: world.clock.now(),
      dueAt: world.clock.now(),
      sentAt: null,
      givenUpAt: null,
      trouble: null,
    }));
    await stores.alertOutbox.commit(desk, messages);
    let asked = 0;
    const begun = world.clock.elapsed();
    await sendDueAlerts({
      ...world.sender,
      notifiers: {
        tell: async () => {
          asked += 1;
          world.clock.advance(9_000);
          return { isSent: false, trouble: "it answered 503", isFinal: false };
        },
      },
    });
    expect(asked).toBe(2);
    expect(world.clock.elapsed() - begun).toBe(18_000);
    expect(await stores.alertOutbox.deliveries({ waiting: true, limit: 100 })).toHaveLength(20);
  });

  test("speaks of a notifier that takes nothing to the other ones", async () => {
    const server = await told();
    const text = hook(server)
      .replace(
        "notifiers:",
        'notifiers:\n  gone: { kind: webhook, url: "http://127.0.0.1:9", secret_env: HOOK_SECRET }',
      )
      .replace("critical: [hook]", "critical: [gone, hook]");
    const world = kept(openAlertWorld(text, { variables }));
    world.sight = {
      ...world.sight,
      sights: [{ signal: "telemetry-trouble", subject: { what: "notifier gone" }, value: 1 }],
    };
    await world.live(3 * MINUTE);
    expect(heard(server)).toEqual(["fired telemetry-trouble:firing"]);
  });
});

describe("an outage loses no alert", () => {
  test("of a notifier: it hears all of it late, in order, once", async () => {
    const server = await told();
    const world = kept(openAlertWorld(hook(server), { variables }));
    await server.leave();
    await burst(world);
    await world.live(20 * MINUTE);
    await burst(world);
    await world.live(20 * MINUTE);
    expect(server.asked).toEqual([]);
    await server.comeBack();
    await world.live(6 * MINUTE);
    expect(heard(server)).toEqual([
      "fired errors-many:firing",
      "changed errors-many:firing,errors-raised:firing",
      "resolved errors-many:resolved,errors-raised:resolved",
      "fired errors-many:firing",
      "changed errors-many:firing,errors-raised:firing",
      "resolved errors-many:resolved,errors-raised:resolved",
    ]);
    expect(new Set(server.taken.map(({ headers }) => headers["webhook-id"])).size).toBe(6);
  });

  test("of one notifier keeps nothing from another", async () => {
    const [server, other] = [await told(), await told()];
    const text = hook(server)
      .replace("notifiers:", `notifiers:\n  other: { kind: webhook, url: "${other.url}", secret_env: HOOK_SECRET }`)
      .replace("critical: [hook]", "critical: [other, hook]");
    const world = kept(openAlertWorld(text, { variables }));
    await other.leave();
    await burst(world);
    expect(heard(server)).toHaveLength(2);
    await other.comeBack();
    await world.live(6 * MINUTE);
    expect(heard(other)[0]).toBe("fired errors-many:firing");
  });

  test("of the database: what was counted and seen meanwhile is evaluated late, in order, and told once", async () => {
    const database = await createFreshDatabase();
    if (database === null) return expect(process.env["ROLLWARD_TEST_DATABASE_URL"]).toBeUndefined();
    const { hostname, port } = new URL(database.url);
    const proxy = await startLeavingProxy(hostname, Number(port || 5_432));
    const url = new URL(database.url);
    url.port = String(proxy.port);
    url.hostname = "127.0.0.1";
    const stores = await openPostgresStores({ url: url.href });
    const server = await told();
    const world = openAlertWorld(hook(server), { stores, variables });
    try {
      await world.live(MINUTE);
      expect(await stores.alertOutbox.desk("production")).toMatchObject({ environment: "production" });
      const counts: (() => Promise<void>)[] = [];
      await proxy.leave();
      // The server's own trouble is seen by itself, as are the calls that it could not write yet.
      world.sight = { ...world.sight, sights: [{ signal: "telemetry-trouble", subject: { what: "calls" }, value: 1 }] };
      for (let minute = 0; minute < 4; minute += 1) {
        const at = world.clock.now();
        counts.push(() => writeAt(stores, at));
        await world.live(MINUTE);
      }
      world.sight = { ...world.sight, sights: [] };
      expect(server.asked).toEqual([]);
      expect(world.troubles).toContain("watching the rules of alerts");
      await proxy.comeBack();
      // Other servers write what they kept some seconds later: nobody must evaluate before.
      await world.live(5_000);
      for (const count of counts) await count();
      await world.live(12 * MINUTE);
      // Both troubles began with the outage: of the server as a whole, and of the endpoint.
      expect(heard(server).filter((each) => each.includes("telemetry"))).toEqual([
        "fired telemetry-trouble:firing",
        "resolved telemetry-trouble:resolved",
      ]);
      expect(heard(server).filter((each) => each.includes("errors"))).toEqual([
        "fired errors-many:firing,errors-raised:firing",
        "resolved errors-many:resolved,errors-raised:resolved",
      ]);
      const transitions = await stores.alerts.transitions({ since: 0, environment: "production", limit: 100 });
      for (const rule of ["errors-many", "errors-raised", "telemetry-trouble"]) {
        expect(transitions.filter((one) => one.rule === rule).map(({ to }) => to)).toEqual([
          "pending",
          "firing",
          "resolved",
        ]);
      }
      const times = transitions.map(({ at }) => at);
      expect(times).toEqual(times.toSorted((first, second) => first - second));
    } finally {
      await world.close();
      await stores.close();
      await proxy.leave();
      await database.drop();
    }
  });

  test("of the database between sending and noting it: nobody is told twice", async () => {
    const server = await told();
    const stores = openMemoryStores();
    const world = kept(openAlertWorld(hook(server), { stores, variables }));
    let isAway = false;
    const { outbox } = world.sender;
    const unreliable = {
      ...outbox,
      tried: (...given: Parameters<typeof outbox.tried>) =>
        isAway ? Promise.reject(new Error("away")) : outbox.tried(...given),
    };
    const sender = { ...world.sender, outbox: unreliable };
    await world.count({ calls: 100, faults: 33 });
    for (let step = 0; step < 24; step += 1) {
      world.clock.advance(5_000);
      await world.watch.turn();
    }
    isAway = true;
    await expect(sendDueAlerts(sender)).rejects.toThrow("away");
    expect(server.taken).toHaveLength(1);
    isAway = false;
    world.clock.advance(2 * MINUTE);
    await sendDueAlerts(sender);
    expect(server.asked).toHaveLength(1);
    expect((await stores.alertOutbox.deliveries({ limit: 10 }))[0]).toMatchObject({ tries: 1, trouble: null });
  });
});

let written = 0;

/** What a server that could not write kept, and writes when the database is back. */
async function writeAt(stores: Pick<AlertStores, "series">, at: number): Promise<void> {
  written += 1;
  const tally = { ...openTally(), calls: 100, faults: 33, failed: 33 };
  const start = Math.floor(at / MINUTE) * MINUTE;
  const members = {
    environment: "production",
    endpoint: "bot",
    release: "bot@1",
    arm: "stable",
    tier: "primary",
    model: "sim/m",
  };
  await stores.series.add({ replicaId: "rep_late", sequence: written, cells: [{ start, members, tally }] });
}
