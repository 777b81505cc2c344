import { describe, expect, test } from "vitest";
import { reduceIncident } from "../../src/domain/incidents/reduce-incident.ts";
import type { Incident, IncidentEvent, IncidentFact } from "../../src/domain/incidents/incident.ts";
import type { IncidentChange } from "../../src/ports/incident-store.ts";
import { ADA, alertOf, incidentOf, logOf, OPENED } from "../fixtures/incident-samples.ts";
import { newId, T0, uniqueName } from "./store-samples.ts";
import type { GetStores } from "./store-samples.ts";

interface Made {
  readonly environment?: string;
  readonly id?: string;
  readonly endpoints?: readonly string[];
  readonly alerts?: readonly string[];
}

function opening({ environment = uniqueName("env"), id = newId("inc"), endpoints, alerts = [] }: Made): IncidentChange {
  const fact = { ...OPENED, environment, ...(endpoints !== undefined && { endpoints }) };
  const kept = { ...fact, alerts: alerts.map((key) => alertOf({ key, summary: "\u0000 🔥" })) };
  const events = logOf([[kept]], id);
  return { events, incident: incidentOf(events), alerts };
}

function next(incident: Incident, fact: IncidentFact, at = T0): IncidentChange {
  const event: IncidentEvent = { incidentId: incident.id, seq: incident.seq + 1, at, actor: ADA, fact };
  return { events: [event], incident: reduceIncident(incident, event), alerts: [] };
}

/** What every store of incidents must do. */
export function incidentStoreContract(get: GetStores): void {
  describe("as a store of incidents", () => {
    test("keeps an incident with its log, and lets one of two writers win", async () => {
      const opened = opening({ alerts: [uniqueName("alert")] });
      expect(await get().incidents.append(opened)).toBe("appended");
      expect(await get().incidents.byId(opened.incident.id)).toEqual(opened.incident);
      const [one, other] = [
        next(opened.incident, { type: "Acknowledged" }),
        next(opened.incident, { type: "Acknowledged" }),
      ];
      expect(await get().incidents.append(one)).toBe("appended");
      expect(await get().incidents.append(other)).toBe("conflict");
      expect(await get().incidents.append(opened)).toBe("conflict");
      expect(await get().incidents.events(opened.incident.id)).toEqual([...opened.events, ...one.events]);
      expect(await get().incidents.byId(newId("inc"))).toBeNull();
      expect(await get().incidents.events(newId("inc"))).toEqual([]);
    });

    test("gives an alert to one incident, and writes nothing of the one that comes too late", async () => {
      const [alert, own] = [uniqueName("alert"), uniqueName("alert")];
      const [first, second] = [opening({ alerts: [alert] }), opening({ alerts: [own, alert] })];
      const outcomes = await Promise.all([get().incidents.append(first), get().incidents.append(second)]);
      expect(outcomes.toSorted()).toEqual(["appended", "taken"]);
      const winner = outcomes[0] === "appended" ? first : second;
      const loser = winner === first ? second : first;
      expect(await get().incidents.byId(loser.incident.id)).toBeNull();
      expect((await get().incidents.ofAlerts([alert])).get(alert)).toBe(winner.incident.id);
      expect(await get().incidents.ofAlerts([])).toEqual(new Map());
      expect(await get().incidents.ofAlerts([uniqueName("alert")])).toEqual(new Map());
    });

    test("lists newest first: those that are open, of an endpoint, before another, open since a time", async () => {
      const environment = uniqueName("env");
      const ids = [1, 2, 3].map((step) => newId("inc", T0 + step));
      const [one, two, three] = [
        opening({ environment, id: ids[0] ?? "", endpoints: ["faq"] }),
        opening({ environment, id: ids[1] ?? "", endpoints: [] }),
        opening({ environment, id: ids[2] ?? "", endpoints: ["bot"] }),
      ] as const;
      for (const each of [one, two, three]) await get().incidents.append(each);
      await get().incidents.append(next(three.incident, { type: "StateChanged", state: "resolved" }, T0 + 50));
      const found = async (filter: object): Promise<readonly number[]> =>
        (await get().incidents.list({ environment, limit: 10, ...filter })).map(({ id }) => ids.indexOf(id) + 1);
      expect(await found({})).toEqual([3, 2, 1]);
      expect(await found({ limit: 2 })).toEqual([3, 2]);
      expect(await found({ open: true })).toEqual([2, 1]);
      expect(await found({ endpoint: "faq" })).toEqual([2, 1]);
      expect(await found({ endpoint: "faq", limit: 1 })).toEqual([2]);
      expect(await found({ before: ids[1] })).toEqual([1]);
      expect(await found({ since: T0 + 50 })).toEqual([3, 2, 1]);
      expect(await found({ since: T0 + 51 })).toEqual([2, 1]);
    });
  });

  expiryContract(get);
}

function expiryContract(get: GetStores): void {
  describe("as a store of old incidents", () => {
    test("forgets what was resolved long ago, with its alerts, and nothing that is open", async () => {
      const environment = uniqueName("env");
      const alert = uniqueName("alert");
      const [old, open] = [opening({ environment, alerts: [alert] }), opening({ environment })];
      for (const each of [old, open]) await get().incidents.append(each);
      await get().incidents.append(next(old.incident, { type: "StateChanged", state: "resolved" }, 10));
      await get().incidents.expire(11);
      expect((await get().incidents.list({ environment, limit: 10 })).map(({ id }) => id)).toEqual([open.incident.id]);
      expect(await get().incidents.ofAlerts([alert])).toEqual(new Map());
      expect(await get().incidents.events(old.incident.id)).toEqual([]);
    });
  });

  describe("as a log of reports", () => {
    test("gives a report to one sender, and again after it was given back", async () => {
      const id = uniqueName("report");
      expect(await get().reports.claim(id, T0)).toBe(true);
      expect(await get().reports.claim(id, T0)).toBe(false);
      await get().reports.release(id);
      expect(await get().reports.claim(id, T0)).toBe(true);
    });
  });
}
