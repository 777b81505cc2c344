import { describe, expect, test } from "vitest";
import type { Alert } from "../../src/domain/alerts/alert.ts";
import type { AlertDelivery } from "../../src/domain/alerts/delivery.ts";
import { emptyDesk } from "../../src/domain/alerts/desk.ts";
import { newAlert } from "../../src/domain/alerts/step-alert.ts";
import type { AlertStep } from "../../src/domain/alerts/step-alert.ts";
import type { Silence } from "../../src/domain/alerts/silence.ts";
import { T0, uniqueName } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

const alertOf = (environment: string, overrides: Partial<Alert> = {}): Alert => ({
  ...newAlert(
    { fingerprint: uniqueName("fp"), rule: "errors", environment, endpoint: "bot", labels: { alertname: "errors 🔥" } },
    { severity: "critical", runbook: null },
  ),
  ...overrides,
});

const firing = (alert: Alert, at = T0): AlertStep => ({
  alert: {
    ...alert,
    status: "firing",
    since: at,
    startedAt: at,
    episode: alert.episode + 1,
    version: alert.version + 1,
    summary: "Bad.",
  },
  from: alert.status,
  at,
});

const resolved = ({ alert }: AlertStep, at: number): AlertStep => ({
  alert: { ...alert, status: "resolved", since: at, version: alert.version + 1 },
  from: "firing",
  at,
});

const deliveryOf = (environment: string, overrides: Partial<AlertDelivery> = {}): Omit<AlertDelivery, "seq"> => ({
  id: uniqueName("ntc"),
  environment,
  notifier: "pager",
  group: "bot",
  telling: {
    reason: "fired",
    status: "firing",
    severity: "critical",
    dedupKey: "rollward:production:bot:1",
    environment,
    endpoint: "bot",
    title: "Bad.",
    alerts: [],
    more: 0,
    at: T0,
    by: null,
    url: null,
  },
  tries: 0,
  createdAt: T0,
  dueAt: T0,
  sentAt: null,
  givenUpAt: null,
  trouble: null,
  ...overrides,
});

/** What every store of alerts, silences, messages and sightings must do. */
export function alertStoreContract(get: GetStores): void {
  alertsContract(get);
  seenContract(get);
  manyContract(get);
  silencesContract(get);
  outboxContract(get);
  sightingsContract(get);
}

function alertsContract(get: GetStores): void {
  describe("as a store of alerts", () => {
    test("keeps the alert and what happened to it, in order", async () => {
      const environment = uniqueName("env");
      const begun = firing(alertOf(environment));
      const [first] = await get().alerts.append([begun]);
      const [second] = await get().alerts.append([resolved(begun, T0 + 5)]);
      expect(await get().alerts.transitions({ since: 0, environment, limit: 10 })).toEqual([first, second]);
      expect(first).toMatchObject({ from: "ok", to: "firing", at: T0, episode: 1, summary: "Bad." });
      expect(second?.seq).toBeGreaterThan(first?.seq ?? Infinity);
      expect(await get().alerts.states(environment)).toEqual([resolved(begun, T0 + 5).alert]);
      const { fingerprint } = begun.alert;
      expect(await get().alerts.transitions({ since: first?.seq ?? 0, fingerprint, limit: 10 })).toEqual([second]);
      const newest = await get().alerts.transitions({ since: 0, environment, newestFirst: true, limit: 1 });
      expect(newest).toEqual([second]);
    });

    test("renews what a firing alert says, and leaves alone what has changed since", async () => {
      const environment = uniqueName("env");
      const begun = firing(alertOf(environment));
      await get().alerts.append([begun]);
      const { fingerprint } = begun.alert;
      const by = { at: T0 + 2, by: "Ada", note: null };
      await get().alerts.acknowledge(fingerprint, 1, by);
      const reading = { value: 0.258, count: 528, bound: 0.02, worst: { value: 0.3, at: T0 } };
      const renewed = { ...begun.alert, summary: "Worse 🔥.", reading };
      await get().alerts.renew([renewed]);
      expect(await get().alerts.byFingerprint(fingerprint)).toEqual({ ...renewed, acknowledged: by });
      const ended = resolved(begun, T0 + 5);
      await get().alerts.append([ended]);
      await get().alerts.renew([renewed]);
      expect(await get().alerts.byFingerprint(fingerprint)).toMatchObject({ status: "resolved", summary: "Bad." });
      expect(await get().alerts.transitions({ since: 0, environment, limit: 10 })).toHaveLength(2);
      await get().alerts.renew([]);
    });

    test("renews what an alert says that waits to fire", async () => {
      const environment = uniqueName("env");
      const begun = firing(alertOf(environment));
      const waiting: AlertStep = { ...begun, alert: { ...begun.alert, status: "pending", episode: 0 } };
      await get().alerts.append([waiting]);
      const renewed = { ...waiting.alert, summary: "Worse.", reading: { value: 0.2, count: 500, bound: 0.02 } };
      await get().alerts.renew([renewed]);
      expect(await get().alerts.byFingerprint(renewed.fingerprint)).toEqual(renewed);
    });

    test("takes one of two changes of the same version", async () => {
      const environment = uniqueName("env");
      const begun = firing(alertOf(environment));
      const both = await Promise.all([get().alerts.append([begun]), get().alerts.append([begun])]);
      expect(both.flat()).toHaveLength(1);
      expect(await get().alerts.append([begun])).toEqual([]);
      const over = resolved(begun, T0 + 1);
      const twice = await Promise.all([get().alerts.append([over]), get().alerts.append([over])]);
      expect(twice.flat()).toHaveLength(1);
      expect(await get().alerts.transitions({ since: 0, environment, limit: 10 })).toHaveLength(2);
    });
  });
}

function seenContract(get: GetStores): void {
  describe("as a store of alerts that somebody has seen", () => {
    test("lists what fires, and lets the first who has seen it say so", async () => {
      const environment = uniqueName("env");
      const begun = firing(alertOf(environment));
      const over = firing(alertOf(environment));
      await get().alerts.append([begun, over]);
      await get().alerts.append([resolved(over, T0 + 1)]);
      expect(await get().alerts.firing(environment)).toEqual([begun.alert]);
      const { fingerprint } = begun.alert;
      const by = { at: T0 + 2, by: "Ada", note: null };
      expect(await get().alerts.acknowledge(fingerprint, 2, by)).toBeNull();
      expect(await get().alerts.acknowledge(fingerprint, 1, by)).toMatchObject({ acknowledged: by });
      expect(await get().alerts.acknowledge(fingerprint, 1, { ...by, by: "Grace" })).toMatchObject({
        acknowledged: by,
      });
      expect(await get().alerts.acknowledge(over.alert.fingerprint, 1, by)).toBeNull();
      expect(await get().alerts.byFingerprint(fingerprint)).toMatchObject({ acknowledged: by });
      // It is over, with who saw it; the next time nobody has.
      const ended = resolved({ ...begun }, T0 + 3);
      await get().alerts.append([ended]);
      expect(await get().alerts.byFingerprint(fingerprint)).toMatchObject({ status: "resolved" });
      await get().alerts.append([firing({ ...ended.alert, acknowledged: null }, T0 + 4)]);
      expect(await get().alerts.byFingerprint(fingerprint)).toMatchObject({ status: "firing", acknowledged: null });
    });

    test("forgets what has long been over, and nothing that fires", async () => {
      const environment = uniqueName("env");
      const [begun, over] = [firing(alertOf(environment), 10), firing(alertOf(environment), 10)];
      await get().alerts.append([begun, over]);
      await get().alerts.append([resolved(over, 20)]);
      await get().alerts.expire(100);
      expect(await get().alerts.states(environment)).toEqual([begun.alert]);
      expect(await get().alerts.transitions({ since: 0, environment, limit: 10 })).toEqual([]);
    });
  });
}

function manyContract(get: GetStores): void {
  describe("as a store of many alerts", () => {
    test("renews many at once, each by itself", async () => {
      const environment = uniqueName("env");
      const begun = Array.from({ length: 30 }, () => firing(alertOf(environment)));
      await get().alerts.append(begun);
      const [gone, ...others] = begun.map(({ alert }, index) => ({ ...alert, summary: `Worse: "${index}" 🔥.` }));
      const [first] = begun;
      if (first === undefined || gone === undefined) throw new Error("there are thirty");
      await get().alerts.append([resolved(first, T0 + 5)]);
      await get().alerts.renew([gone, ...others]);
      const told = (await get().alerts.firing(environment)).map(({ summary }) => summary);
      expect(told.toSorted()).toEqual(others.map(({ summary }) => summary).toSorted());
      expect(await get().alerts.byFingerprint(gone.fingerprint)).toMatchObject({ status: "resolved", summary: "Bad." });
    });

    test("forgets all but the newest of a rule that are over, and none that fires or has just ended", async () => {
      const [environment, elsewhere] = [uniqueName("env"), uniqueName("env")];
      const outside = (where: string) => firing(alertOf(where, { rule: "outside" }), 10);
      const [old, older, newer, fresh, still] = [1, 2, 3, 4, 5].map(() => outside(environment)) as [
        AlertStep,
        AlertStep,
        AlertStep,
        AlertStep,
        AlertStep,
      ];
      const [ofRule, ofOther] = [firing(alertOf(environment), 10), outside(elsewhere)];
      await get().alerts.append([old, older, newer, fresh, still, ofRule, ofOther]);
      const ends = [
        resolved(older, 20),
        resolved(old, 30),
        resolved(newer, 40),
        resolved(fresh, 90),
        resolved(ofRule, 20),
        resolved(ofOther, 20),
      ];
      await get().alerts.append(ends);
      const left = async (where: string) => (await get().alerts.states(where)).map(({ fingerprint }) => fingerprint);
      await get().alerts.expire(80, { environment, rule: "outside", newest: 2 });
      const kept = [newer, fresh, still, ofRule].map(({ alert }) => alert.fingerprint);
      expect((await left(environment)).toSorted()).toEqual(kept.toSorted());
      await get().alerts.expire(80, { environment, rule: "outside", newest: 0 });
      const last = [fresh, still, ofRule].map(({ alert }) => alert.fingerprint);
      expect((await left(environment)).toSorted()).toEqual(last.toSorted());
      expect(await left(elsewhere)).toHaveLength(1);
    });
  });
}

function silencesContract(get: GetStores): void {
  describe("as a store of silences", () => {
    test("keeps them until they are over, and ends one early", async () => {
      const environment = uniqueName("env");
      const silence: Silence = {
        id: uniqueName("sil"),
        environment,
        matchers: [{ label: "endpoint", op: "is", value: "bot" }],
        startsAt: T0,
        endsAt: T0 + 100,
        reason: "Known.",
        by: "Ada",
        endedAt: null,
      };
      await get().silences.add(silence);
      const at = (notOverAt: number) => get().silences.list({ environment, notOverAt, limit: 10 });
      expect(await at(T0 + 99)).toEqual([silence]);
      expect(await at(T0 + 100)).toEqual([]);
      expect(await get().silences.end(silence.id, "elsewhere", T0 + 10)).toBeNull();
      expect(await get().silences.end(silence.id, environment, T0 + 10)).toEqual({ ...silence, endedAt: T0 + 10 });
      expect(await get().silences.end(silence.id, environment, T0 + 20)).toEqual({ ...silence, endedAt: T0 + 10 });
      expect(await at(T0 + 11)).toEqual([]);
      expect(await get().silences.list({ environment, limit: 10 })).toHaveLength(1);
      await get().silences.expire(T0 + 11);
      expect(await get().silences.list({ environment, limit: 10 })).toEqual([]);
    });
  });
}

function outboxContract(get: GetStores): void {
  describe("as an outbox of alerts", () => {
    const headsOf = async (environment: string, now = T0) =>
      (await get().alertOutbox.heads(now, 1_000))
        .filter((each) => each.environment === environment)
        .map(({ id }) => id);

    test("takes one of two desks of the same version, with its messages", async () => {
      const environment = uniqueName("env");
      const desk = { ...emptyDesk(environment), version: 1, cursor: 7 };
      const [one, other] = [deliveryOf(environment), deliveryOf(environment)];
      const both = await Promise.all([get().alertOutbox.commit(desk, [one]), get().alertOutbox.commit(desk, [other])]);
      expect(both.filter(Boolean)).toHaveLength(1);
      expect(await get().alertOutbox.desk(environment)).toEqual(desk);
      expect(await get().alertOutbox.deliveries({ environment, limit: 10 })).toHaveLength(1);
      expect(await get().alertOutbox.commit({ ...desk, version: 2 }, [])).toBe(true);
      expect(await get().alertOutbox.commit({ ...desk, version: 2 }, [])).toBe(false);
    });

    test("gives no notifier's messages in place of another's", async () => {
      const environment = uniqueName("env");
      const many = Array.from({ length: 5 }, (_, index) =>
        deliveryOf(environment, { notifier: "gone", group: `group ${index}` }),
      );
      const late = deliveryOf(environment, { notifier: "chat" });
      await get().alertOutbox.commit({ ...emptyDesk(environment), version: 1 }, [...many, late]);
      const heads = (await get().alertOutbox.heads(T0, 2)).filter((each) => each.environment === environment);
      expect(heads.map(({ id }) => id)).toEqual([many[0]?.id, many[1]?.id, late.id]);
    });

    test("gives the first message of each group and notifier, and the next when that is done", async () => {
      const environment = uniqueName("env");
      const [first, second] = [deliveryOf(environment), deliveryOf(environment, { dueAt: 0 })];
      const apart = deliveryOf(environment, { notifier: "chat" });
      await get().alertOutbox.commit({ ...emptyDesk(environment), version: 1 }, [first, second, apart, first]);
      expect(await headsOf(environment)).toEqual([first.id, apart.id]);
      expect(await get().alertOutbox.claim(first.id, T0, T0 + 60)).toBe(true);
      expect(await get().alertOutbox.claim(first.id, T0 + 1, T0 + 60)).toBe(false);
      // What follows waits for it, whoever has it.
      expect(await headsOf(environment)).toEqual([apart.id]);
      expect(await headsOf(environment, T0 + 60)).toEqual([first.id, apart.id]);
      await get().alertOutbox.tried(first.id, { trouble: "it answered 500", dueAt: T0 + 9 });
      expect(await headsOf(environment)).toEqual([first.id, apart.id]);
      await get().alertOutbox.tried(first.id, { sentAt: T0 + 10 });
      expect(await headsOf(environment)).toEqual([second.id, apart.id]);
      await get().alertOutbox.tried(second.id, { trouble: "gone", givenUpAt: T0 + 11 });
      expect(await get().alertOutbox.deliveries({ environment, notifier: "pager", limit: 10 })).toMatchObject([
        { id: second.id, tries: 1, givenUpAt: T0 + 11, trouble: "gone" },
        { id: first.id, tries: 2, sentAt: T0 + 10 },
      ]);
      expect(await get().alertOutbox.deliveries({ environment, waiting: true, limit: 10 })).toMatchObject([
        { id: apart.id },
      ]);
      await get().alertOutbox.expire(T0 + 12);
      expect(await get().alertOutbox.deliveries({ environment, limit: 10 })).toMatchObject([{ id: apart.id }]);
    });
  });
}

function sightingsContract(get: GetStores): void {
  describe("as a board of sightings", () => {
    test("gives what was seen within a time, once", async () => {
      const environment = uniqueName("env");
      const seen = { replicaId: "rep_1", environment, looked: ["queue-age"], sights: [] } as const;
      const sighting = { ...seen, at: T0, sights: [{ signal: "queue-age", subject: {}, value: 3.5 } as const] };
      await get().sightings.leave([sighting, { ...seen, at: T0 + 10 }]);
      await get().sightings.leave([{ ...seen, at: T0 }]);
      expect(await get().sightings.between(environment, T0 - 1, T0)).toEqual([sighting]);
      expect(await get().sightings.between(environment, T0, T0 + 10)).toEqual([{ ...seen, at: T0 + 10 }]);
      await get().sightings.expire(T0 + 1);
      expect(await get().sightings.between(environment, 0, T0 + 10)).toHaveLength(1);
    });
  });
}
