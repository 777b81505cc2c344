import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ADA, alertOf, incidentOf, logOf, NIGHT, OPENED } from "../../../test/fixtures/incident-samples.ts";
import type { Told } from "../../../test/fixtures/incident-samples.ts";
import { publicStatus } from "./public-status.ts";
import { componentStatus, maintenanceStatus, pageStatus } from "./status-page.ts";
import type { EndpointHealth, StatusPageSettings } from "./status-page.ts";

const MINUTE = 60_000;

const SETTINGS: StatusPageSettings = {
  title: "Acme AI",
  url: "https://status.acme.example",
  components: [
    { key: "chat", name: "Support chat", description: null, endpoints: ["support-bot", "faq"] },
    { key: "search", name: "Search", description: "Answers in the search box", endpoints: ["search"] },
  ],
  maintenances: [],
  historyDays: 14,
};

const healthOf = (
  standing: EndpointHealth["standing"],
  endpoint = "support-bot",
  fallbackShare = 0,
): EndpointHealth => ({
  endpoint,
  standing,
  fallbackShare,
});

const opened = (...told: readonly Told[]) => incidentOf(logOf([[OPENED], ...told]));
const update = (body: string, isPublic = true): Told => [{ type: "Updated", body, isPublic }, 5 * MINUTE, ADA];
const shown = (...incidents: readonly ReturnType<typeof opened>[]) =>
  publicStatus({ settings: SETTINGS, health: [healthOf("well")], incidents, now: NIGHT + 10 * MINUTE });

describe("how a component is", () => {
  test("is degraded and not down while answers come, from wherever", () => {
    expect(componentStatus([healthOf("well"), healthOf("quiet")], false)).toBe("operational");
    expect(componentStatus([healthOf("degraded"), healthOf("well")], false)).toBe("degraded_performance");
    expect(componentStatus([healthOf("well", "a", 0.5)], false)).toBe("degraded_performance");
    expect(componentStatus([healthOf("well", "a", 0.4)], false)).toBe("operational");
    expect(componentStatus([healthOf("recovering")], false)).toBe("degraded_performance");
  });

  test("is partly or wholly out by how many of its endpoints are", () => {
    expect(componentStatus([healthOf("failing"), healthOf("well")], false)).toBe("partial_outage");
    expect(componentStatus([healthOf("failing"), healthOf("paused")], false)).toBe("major_outage");
    expect(componentStatus([], false)).toBe("operational");
  });

  test("is under maintenance where that was announced, unless it is wholly out", () => {
    expect(componentStatus([healthOf("degraded")], true)).toBe("under_maintenance");
    expect(componentStatus([healthOf("failing")], true)).toBe("major_outage");
  });
});

describe("the whole", () => {
  test("is as bad as its worst component, and critical where all are out", () => {
    expect(pageStatus([])).toEqual({ indicator: "none", description: "All Systems Operational" });
    expect(pageStatus(["operational", "degraded_performance"]).indicator).toBe("minor");
    expect(pageStatus(["operational", "partial_outage"]).indicator).toBe("major");
    expect(pageStatus(["operational", "major_outage"]).indicator).toBe("major");
    expect(pageStatus(["major_outage", "major_outage"]).indicator).toBe("critical");
    expect(pageStatus(["operational", "under_maintenance"]).indicator).toBe("maintenance");
  });
});

describe("announced work", () => {
  test("goes from scheduled over in progress and verifying to completed", () => {
    const span = { from: 0, until: 100 * MINUTE };
    const at = (minute: number) => maintenanceStatus(span, minute * MINUTE);
    expect([-1, 0, 89, 90, 99, 100].map(at)).toEqual([
      "scheduled",
      "in_progress",
      "in_progress",
      "verifying",
      "verifying",
      "completed",
    ]);
  });

  test("puts its components under maintenance while it lasts", () => {
    const maintenances = [
      {
        key: "db",
        name: "Upgrade",
        description: "",
        from: 0,
        until: 100,
        components: ["chat"],
        impact: "minor" as const,
      },
    ];
    const at = (now: number) =>
      publicStatus({ settings: { ...SETTINGS, maintenances }, health: [], incidents: [], now }).components.map(
        ({ status }) => status,
      );
    expect(at(50)).toEqual(["under_maintenance", "operational"]);
    expect(at(100)).toEqual(["operational", "operational"]);
  });
});

describe("what the public sees of incidents", () => {
  test("is nothing before somebody tells it", () => {
    expect(shown(opened(), opened(update("We look.", false)))).toMatchObject({ open: [], past: [] });
  });

  test("is what was written for it, with names of the public alone", () => {
    const status = shown(opened(update("Some answers fail. We look into it."), update("gpt-5 times out", false)));
    expect(status.open).toMatchObject([
      {
        name: "Trouble with Support chat",
        status: "investigating",
        impact: "major",
        components: ["chat"],
        updates: [{ status: "investigating", body: "Some answers fail. We look into it." }],
      },
    ]);
    expect(status.components.map((one) => one.status)).toEqual(["partial_outage", "operational"]);
    expect(JSON.stringify(status)).not.toMatch(/support-bot|gpt-5|inc_|Errors of/);
  });

  test("has the title that a person wrote", () => {
    const retitled = opened(update("We look."), [{ type: "Revised", title: "Slow answers" }, 0, ADA]);
    expect(shown(retitled).open[0]?.name).toBe("Slow answers");
    const byPerson = incidentOf(
      logOf([[{ ...OPENED, title: "Chat is down", alerts: [] }, 0, ADA], update("We look.")]),
    );
    expect(shown(byPerson).open[0]?.name).toBe("Chat is down");
  });

  test("goes to the past when it is resolved, for as many days as are shown", () => {
    const resolved = opened(update("Fixed."), [{ type: "StateChanged", state: "resolved" }, 6 * MINUTE, ADA]);
    expect(shown(resolved)).toMatchObject({ open: [], past: [{ status: "resolved" }] });
    const later = publicStatus({
      settings: SETTINGS,
      health: [],
      incidents: [resolved],
      now: NIGHT + 15 * 24 * 60 * MINUTE,
    });
    expect(later.past).toEqual([]);
    expect(shown({ ...resolved, mergedInto: "inc_b" })).toMatchObject({ past: [] });
  });

  test("never tells the title of an alert's rule", () => {
    const title = "Errors of support-bot: more than 5 %";
    const incident = incidentOf(logOf([[{ ...OPENED, title }], update("We look.")]));
    expect(shown(incident).open[0]?.name).toBe("Trouble with Support chat");
  });

  test("ends with a word that it is over, also where that was told in private", () => {
    const mended = opened(
      update("We are mending it."),
      [{ type: "StateChanged", state: "resolved" }, 6 * MINUTE, ADA],
      update("Fixed.", false),
    );
    expect(shown(mended).past[0]?.updates).toMatchObject([
      { status: "resolved", body: "This incident has been resolved.", at: NIGHT + 6 * MINUTE },
      { body: "We are mending it." },
    ]);
  });

  test("is well when somebody said that it is over, while the numbers still show what was before", () => {
    const resolved = opened(update("We look."), [{ type: "StateChanged", state: "resolved" }, 6 * MINUTE, ADA]);
    const chat = (standing: "failing" | "recovering" | "paused", since: number, later: number) =>
      publicStatus({
        settings: SETTINGS,
        health: [{ endpoint: "support-bot", standing, since: NIGHT + since, fallbackShare: 0 }],
        incidents: [resolved],
        now: NIGHT + 6 * MINUTE + later,
      });
    expect(chat("failing", 0, 20_000).status.description).toBe("All Systems Operational");
    expect(chat("recovering", 0, 8 * MINUTE).status.indicator).toBe("none");
    expect(chat("failing", 0, 3 * MINUTE).status.indicator).not.toBe("none");
    expect(chat("failing", 7 * MINUTE, 2 * MINUTE).status.indicator).not.toBe("none");
    expect(chat("paused", 0, 20_000).status.indicator).not.toBe("none");
  });

  test("is no outage for ever: once calls are well an impact that an alert gave counts no more, but a person's does", () => {
    const well: Told = [{ type: "Recovered", recovery: { at: NIGHT + 6 * MINUTE, cure: null } }, 9 * MINUTE];
    const chat = (...told: readonly Told[]) => {
      const incidents = [opened(update("We look."), ...told)];
      const status = publicStatus({
        settings: SETTINGS,
        health: [healthOf("well")],
        incidents,
        now: NIGHT + 60 * MINUTE,
      });
      expect(status.open).toMatchObject([{ status: "investigating" }]);
      return status.components[0]?.status;
    };
    expect(chat()).toBe("partial_outage");
    expect(chat(well)).toBe("operational");
    expect(chat(well, [{ type: "Updated", body: "Looks better.", isPublic: true }, 10 * MINUTE, ADA])).toBe(
      "operational",
    );
    expect(chat(well, [{ type: "Updated", body: "It is not over.", isPublic: true }, 30 * MINUTE, ADA])).toBe(
      "partial_outage",
    );
    expect(chat(well, [{ type: "Updated", body: "For us.", isPublic: false }, 30 * MINUTE, ADA])).toBe("operational");
    expect(chat(well, [{ type: "Revised", impact: "critical" }, 5 * MINUTE, ADA])).toBe("major_outage");
    expect(chat(well, [{ type: "Relapsed" }, 12 * MINUTE])).toBe("partial_outage");
  });

  test("never tells an alert's words, an endpoint or an id, whatever they are", () => {
    const inside = fc.string({ minLength: 4, maxLength: 30 }).map((text) => `secret-${text}`);
    fc.assert(
      fc.property(inside, inside, (summary, endpoint) => {
        const alert = alertOf({ summary, endpoint });
        const incident = incidentOf(
          logOf([[{ ...OPENED, title: summary, endpoints: [endpoint], alerts: [alert] }], update("We look.")]),
        );
        const text = JSON.stringify(shown(incident));
        expect(text).not.toContain("secret-");
        expect(text).not.toContain(incident.id);
      }),
    );
  });
});
