import { describe, expect, test } from "vitest";
import { ADA, alertOf, incidentOf, logOf, NIGHT, OPENED } from "../../../test/fixtures/incident-samples.ts";
import type { Told } from "../../../test/fixtures/incident-samples.ts";
import {
  DEFAULT_INCIDENT_POLICY,
  followAlerts,
  followCalls,
  incidentFor,
  openedBy,
  opensIncident,
} from "./follow-alerts.ts";

const MINUTE = 60_000;
const after = (...told: readonly Told[]) => incidentOf(logOf([[OPENED], ...told]));
const policy = DEFAULT_INCIDENT_POLICY;
const ENDED = new Map([["f00d:1", NIGHT + 10 * MINUTE]]);
const monitoring: readonly Told[] = [
  [{ type: "AlertEnded", key: "f00d:1", endedAt: NIGHT + 10 * MINUTE }, 10 * MINUTE],
  [{ type: "StateChanged", state: "monitoring" }, 10 * MINUTE],
];

describe("what opens an incident", () => {
  test("is what is critical, unless the project says otherwise", () => {
    expect(["critical", "warning", "info"].map((one) => opensIncident(policy, one as "critical"))).toEqual([
      true,
      false,
      false,
    ]);
    expect(opensIncident({ ...policy, openOn: "warning" }, "warning")).toBe(true);
    expect(opensIncident({ ...policy, openOn: null }, "critical")).toBe(false);
  });

  test("gives it the alert's words, endpoint and beginning", () => {
    expect(openedBy(alertOf(), "production")).toMatchObject({
      title: alertOf().summary,
      endpoints: ["support-bot"],
      impact: "major",
      startedAt: NIGHT,
    });
    // The alert's words have the number of the first moment; a title stays.
    expect(openedBy(alertOf(), "production", "Errors of support-bot: more than 5 %")).toMatchObject({
      title: "Errors of support-bot: more than 5 %",
    });
    expect(openedBy(alertOf({ endpoint: null, severity: "warning" }), "x")).toMatchObject({
      endpoints: [],
      impact: "minor",
    });
  });
});

describe("an alert's incident", () => {
  test("is the open one about the same endpoint", () => {
    const incident = after();
    expect(incidentFor(alertOf({ key: "b:1", rule: "latency" }), [incident])).toBe(incident);
    expect(incidentFor(alertOf({ endpoint: "faq" }), [incident])).toBeNull();
    expect(incidentFor(alertOf(), [after([{ type: "StateChanged", state: "resolved" }])])).toBeNull();
    expect(incidentFor(alertOf(), [after([{ type: "MergedInto", into: "inc_b" }])])).toBeNull();
  });

  test("is one for a provider's trouble and what comes of it within ten minutes", () => {
    const incident = after();
    const provider = alertOf({ key: "p:1", endpoint: null, provider: "openai", startedAt: NIGHT + 10 * MINUTE });
    expect(incidentFor(provider, [incident])).toBe(incident);
    expect(incidentFor({ ...provider, startedAt: NIGHT + 11 * MINUTE }, [incident])).toBeNull();
    const outage = after([{ type: "AlertJoined", alert: provider }]);
    expect(incidentFor(alertOf({ key: "f:1", endpoint: "faq", startedAt: NIGHT + 12 * MINUTE }), [outage])).toBe(
      outage,
    );
    expect(incidentFor({ ...provider, key: "p:2", startedAt: NIGHT + 60 * MINUTE }, [outage])).toBe(outage);
  });

  test("is none of a trouble that began after it fired, and a person's that they opened meanwhile", () => {
    const older = alertOf({ key: "o:1", firedAt: NIGHT - MINUTE });
    expect(incidentFor(older, [after()])).toBeNull();
    const opened = incidentOf(logOf([[{ ...OPENED, alerts: [] }, 0, ADA]]));
    expect(incidentFor(older, [opened])).toBe(opened);
    expect(incidentFor({ ...older, firedAt: NIGHT - 11 * MINUTE }, [opened])).toBeNull();
  });

  test("moves its beginning to an earlier sign of the same trouble, and not to what is older or was done about a rollout", () => {
    const began = (alert: Parameters<typeof alertOf>[0]) =>
      after([{ type: "AlertJoined", alert: alertOf({ key: "b:1", ...alert }) }]).startedAt - NIGHT;
    expect(began({ startedAt: NIGHT - 30_000 })).toBe(-30_000);
    expect(began({ startedAt: NIGHT - 11 * MINUTE })).toBe(0);
    expect(began({ startedAt: NIGHT - 5 * MINUTE, rollout: "rol_1" })).toBe(0);
    expect(began({ startedAt: NIGHT + MINUTE })).toBe(0);
  });

  test("is the one that a person opened about everything", () => {
    const opened = incidentOf(logOf([[{ ...OPENED, endpoints: [], alerts: [] }, 0, ADA]]));
    expect(incidentFor(alertOf({ endpoint: "faq" }), [opened])).toBe(opened);
  });
});

/** Of failing calls, which are well after five minutes. */
const RECOVERY = { at: NIGHT + 5 * MINUTE, cure: null };
const failing = (overrides: Parameters<typeof alertOf>[0] = {}) => alertOf({ isOfFailures: true, ...overrides });
const recovered = (...told: readonly Told[]) =>
  incidentOf(
    logOf([[{ ...OPENED, alerts: [failing()] }], [{ type: "Recovered", recovery: RECOVERY }, 9 * MINUTE], ...told]),
  );

describe("an incident whose calls are well again", () => {
  const follow = (incident = recovered(), terms: Partial<Parameters<typeof followAlerts>[1]> = {}) =>
    followAlerts(incident, { joining: [], ended: new Map(), now: NIGHT + 11 * MINUTE, policy, ...terms });

  test("takes no alert of a later trouble, but those of a relapse", () => {
    const incident = recovered();
    const joins = (alert: ReturnType<typeof alertOf>) => incidentFor(alert, [incident]) !== null;
    const at = (minutes: number) => ({ key: "n:1", startedAt: NIGHT + minutes * MINUTE, firedAt: NIGHT + 30 * MINUTE });
    expect(joins(failing(at(4)))).toBe(true);
    expect(joins(failing(at(15)))).toBe(true);
    expect(joins(failing(at(16)))).toBe(false);
    // Of something else, as that a budget refuses calls.
    expect(joins(alertOf(at(4)))).toBe(true);
    expect(joins(alertOf(at(6)))).toBe(false);
    const everything = incidentOf(
      logOf([
        [{ ...OPENED, endpoints: [], alerts: [] }, 0, ADA],
        [{ type: "Recovered", recovery: RECOVERY }, 9 * MINUTE],
      ]),
    );
    expect(incidentFor(alertOf(at(6)), [everything])).toBe(everything);
  });

  test("is watched and resolved while an alert of failing calls that looks at a day goes on", () => {
    expect(follow()).toEqual([{ type: "StateChanged", state: "monitoring" }]);
    const watched = recovered([{ type: "StateChanged", state: "monitoring" }, 9 * MINUTE]);
    expect(follow(watched, { now: NIGHT + 38 * MINUTE })).toEqual([]);
    expect(follow(watched, { now: NIGHT + 39 * MINUTE })).toEqual([{ type: "StateChanged", state: "resolved" }]);
    const slow = alertOf({ key: "slow:1", rule: "latency" });
    expect(follow(recovered([{ type: "AlertJoined", alert: slow }]))).toEqual([]);
    expect(follow(recovered([{ type: "Acknowledged" }, 0, ADA]))).toEqual([]);
  });

  test("begins again with an alert of calls that fail again", () => {
    const watched = recovered([{ type: "StateChanged", state: "monitoring" }, 9 * MINUTE]);
    const joining = [failing({ key: "f00d:2", startedAt: NIGHT + 12 * MINUTE })];
    expect(follow(watched, { joining }).map(({ type }) => type)).toEqual(["AlertJoined", "Relapsed", "StateChanged"]);
    // One that was late to fire tells nothing new.
    const late = [failing({ key: "late:1", startedAt: NIGHT + MINUTE })];
    expect(follow(watched, { joining: late })).toEqual([{ type: "AlertJoined", alert: late[0] }]);
  });

  test("is told so once, and so is that they fail again", () => {
    const before = incidentOf(logOf([[OPENED]]));
    expect(followCalls(before, null)).toEqual([]);
    expect(followCalls(before, RECOVERY)).toEqual([{ type: "Recovered", recovery: RECOVERY }]);
    expect(followCalls(recovered(), RECOVERY)).toEqual([]);
    const later = { at: NIGHT + 12 * MINUTE, cure: null };
    expect(followCalls(recovered(), later)).toEqual([{ type: "Recovered", recovery: later }]);
    expect(followCalls(recovered(), null)).toEqual([{ type: "Relapsed" }]);
    const watched = recovered([{ type: "StateChanged", state: "monitoring" }, 9 * MINUTE]);
    expect(followCalls(watched, null)).toEqual([
      { type: "Relapsed" },
      { type: "StateChanged", state: "investigating" },
    ]);
    expect(recovered([{ type: "Relapsed" }, 12 * MINUTE]).recovered).toBeNull();
  });
});

describe("what the machine does about an incident", () => {
  const follow = (told: readonly Told[], terms: Partial<Parameters<typeof followAlerts>[1]> = {}) =>
    followAlerts(after(...told), { joining: [], ended: new Map(), now: NIGHT + 11 * MINUTE, policy, ...terms });

  test("is nothing while its alerts fire", () => {
    expect(follow([])).toEqual([]);
  });

  test("is to watch when the last alert is over, once", () => {
    const facts = follow([], { ended: ENDED });
    expect(facts).toEqual([
      { type: "AlertEnded", key: "f00d:1", endedAt: NIGHT + 10 * MINUTE },
      { type: "StateChanged", state: "monitoring" },
    ]);
    expect(follow(monitoring, { ended: ENDED })).toEqual([]);
  });

  test("is not to wait for the hour in which a rollback is told", () => {
    const rolledBack = alertOf({ key: "r:1", rule: "rolled-back", rollout: "rol_1" });
    const joined: readonly Told[] = [[{ type: "AlertJoined", alert: rolledBack }]];
    expect(follow(joined, { ended: ENDED })).toContainEqual({ type: "StateChanged", state: "monitoring" });
  });

  test("is to begin again when an alert fires anew while it watches", () => {
    const joining = [alertOf({ key: "f00d:2" })];
    expect(follow(monitoring, { joining })).toEqual([
      { type: "AlertJoined", alert: joining[0] },
      { type: "StateChanged", state: "investigating" },
    ]);
  });

  test("is to resolve what nobody attended, half an hour after the last alert", () => {
    const at = (now: number, told = monitoring) => follow(told, { now });
    expect(at(NIGHT + 40 * MINUTE - 1)).toEqual([]);
    expect(at(NIGHT + 40 * MINUTE)).toEqual([{ type: "StateChanged", state: "resolved" }]);
    expect(at(NIGHT + 400 * MINUTE, [...monitoring, [{ type: "Acknowledged" }, 0, ADA]])).toEqual([]);
    expect(follow(monitoring, { now: NIGHT + 400 * MINUTE, policy: { ...policy, resolveAfterMs: null } })).toEqual([]);
  });

  test("leaves the state to whoever attends it, and a merged incident alone", () => {
    const attended: readonly Told[] = [[{ type: "Acknowledged" }, 0, ADA]];
    expect(follow(attended, { ended: ENDED }).map(({ type }) => type)).toEqual(["AlertEnded"]);
    expect(follow([[{ type: "MergedInto", into: "inc_b" }]], { ended: ENDED })).toEqual([]);
  });
});
