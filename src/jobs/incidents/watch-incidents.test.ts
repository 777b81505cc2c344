import { describe, expect, test } from "vitest";
import { ADA } from "../../../test/fixtures/incident-samples.ts";
import { HandClock } from "../../../test/fixtures/hand-clock.ts";
import { createMemoryAlertStore } from "../../adapters/stores/memory/memory-alert-store.ts";
import { createMemoryIncidentStore } from "../../adapters/stores/memory/memory-incident-store.ts";
import { createRandomIds } from "../../adapters/system/random-ids.ts";
import { DEFAULT_RULES } from "../../domain/alerts/default-rules.ts";
import type { Alert } from "../../domain/alerts/alert.ts";
import { newAlert } from "../../domain/alerts/step-alert.ts";
import type { IncidentPolicy } from "../../domain/incidents/follow-alerts.ts";
import { DEFAULT_INCIDENT_POLICY } from "../../domain/incidents/follow-alerts.ts";
import type { Incident } from "../../domain/incidents/incident.ts";
import type { TroubleRecovery } from "../now/recoveries.ts";
import { IncidentDesk } from "./incident-desk.ts";
import { IncidentWatch } from "./watch-incidents.ts";

const MINUTE = 60_000;

function world(
  policy: IncidentPolicy = DEFAULT_INCIDENT_POLICY,
  recovery: () => TroubleRecovery = () => ({ state: "unknown" }),
) {
  const clock = new HandClock();
  const alerts = createMemoryAlertStore(1_000);
  const incidents = createMemoryIncidentStore();
  const desk = new IncidentDesk({ incidents, clock, ids: createRandomIds(clock) });
  const announcer = { decided() {}, troubled() {}, recovered() {} };
  const watch = (): IncidentWatch =>
    new IncidentWatch({
      alerts,
      incidents,
      desk,
      policy: () => policy,
      rule: (_, name) => DEFAULT_RULES.find((rule) => rule.name === name),
      recoveries: { find: async () => recovery() },
      clock,
      announcer,
      isLeader: () => true,
    });
  const known = new Map<string, Alert>();
  /** Moves the alert of a rule about an endpoint to a status. */
  async function set(
    [rule, endpoint]: readonly [rule: string, endpoint: string | null],
    status: "firing" | "resolved",
    terms: Partial<Alert> = {},
  ): Promise<void> {
    const fingerprint = `${rule}-${endpoint ?? ""}`;
    const identity = { fingerprint, rule, environment: "production", endpoint, labels: {}, ...terms };
    const before =
      known.get(fingerprint) ?? newAlert(identity, { severity: terms.severity ?? "critical", runbook: null });
    const now = clock.now();
    const after: Alert = {
      ...before,
      ...terms,
      status,
      since: now,
      startedAt: status === "firing" ? now - MINUTE : before.startedAt,
      episode: before.episode + (status === "firing" ? 1 : 0),
      version: before.version + 1,
      summary: `${rule} of ${endpoint ?? "the server"}.`,
    };
    known.set(fingerprint, after);
    expect(await alerts.append([{ alert: after, from: before.status, at: now }])).toHaveLength(1);
  }
  const all = async (): Promise<readonly Incident[]> =>
    (await incidents.list({ environment: "production", limit: 100 })).toReversed();
  return { clock, alerts, incidents, desk, watch, set, all };
}

describe("incidents from alerts", () => {
  test("are called by what is wrong, without the number of the first moment", async () => {
    const { watch, set, all } = world();
    await set(["errors-many", "bot"], "firing", { labels: { endpoint: "bot" } });
    await watch().look();
    expect(await all()).toMatchObject([{ title: "Errors of bot: more than 25 %", isRetitled: false }]);
  });

  test("neither begin with a rollback that is told still, nor wait for its end", async () => {
    const { watch, set, all, clock } = world({ openOn: "critical", resolveAfterMs: null });
    const labels = { endpoint: "bot", rollout: "rol_1" };
    await set(["rolled-back", "bot"], "firing", { severity: "warning", labels });
    clock.advance(5 * MINUTE);
    await set(["errors-many", "bot"], "firing", { labels: { endpoint: "bot" } });
    const began = clock.now() - MINUTE;
    const one = watch();
    await one.look();
    clock.advance(2_000);
    await one.look();
    expect(await all()).toMatchObject([{ startedAt: began, alerts: [{ rule: "errors-many" }] }]);
    await set(["errors-many", "bot"], "resolved");
    await one.look();
    expect(await all()).toMatchObject([{ state: "monitoring" }]);
  });

  test("that a rollback opened take no trouble that began after it, which has causes of its own", async () => {
    const { watch, set, all, clock } = world({ openOn: "warning", resolveAfterMs: 30 * MINUTE });
    const labels = { endpoint: "bot", rollout: "rol_1" };
    const look = watch();
    await set(["rolled-back", "bot"], "firing", { severity: "warning", labels });
    await look.look();
    // It tells of the trouble that the rollback ended.
    await set(["latency", "bot"], "firing", { severity: "warning" });
    await look.look();
    expect(await all()).toMatchObject([{ alerts: [{ rule: "rolled-back" }, { rule: "latency" }] }]);
    clock.advance(MINUTE);
    await set(["rolled-back", "faq"], "firing", { severity: "warning", labels: { ...labels, endpoint: "faq" } });
    await look.look();
    clock.advance(20 * MINUTE);
    await set(["errors-many", "faq"], "firing", { labels: { endpoint: "faq" } });
    await set(["latency", "faq"], "firing", { severity: "warning" });
    await look.look();
    expect((await all()).slice(1)).toMatchObject([
      { alerts: [{ rule: "rolled-back" }] },
      { startedAt: clock.now() - MINUTE, alerts: [{ rule: "errors-many" }, { rule: "latency" }] },
    ]);
  });

  test("opens one for a critical alert, once, however often and by whomever it is looked", async () => {
    const { watch, set, all } = world();
    const [one, other] = [watch(), watch()];
    await set(["errors", "bot"], "firing");
    await Promise.all([one.look(), other.look()]);
    await one.look();
    await watch().look();
    expect(await all()).toMatchObject([
      {
        title: "errors of bot.",
        endpoints: ["bot"],
        state: "investigating",
        impact: "major",
        openedBy: { kind: "machine" },
      },
    ]);
  });

  test("opens none for a warning, but one that belongs to an open incident joins it", async () => {
    const { watch, set, all } = world();
    const look = watch();
    await set(["latency", "bot"], "firing", { severity: "warning" });
    await set(["latency", "faq"], "firing", { severity: "warning" });
    await look.look();
    expect(await all()).toEqual([]);
    await set(["errors", "bot"], "firing");
    await look.look();
    await look.look();
    const [incident, ...others] = await all();
    expect(others).toEqual([]);
    expect(incident?.alerts.map(({ rule, endpoint }) => [rule, endpoint])).toEqual([
      ["errors", "bot"],
      ["latency", "bot"],
    ]);
  });

  test("opens one for what fired and ended while nobody looked, and watches it at once", async () => {
    const { watch, set, all, clock } = world();
    const look = watch();
    await look.look();
    await set(["errors", "bot"], "firing");
    clock.advance(MINUTE);
    await set(["errors", "bot"], "resolved");
    clock.advance(MINUTE);
    await look.look();
    const [incident] = await all();
    expect(incident).toMatchObject({ state: "monitoring" });
    expect(incident?.alerts[0]?.endedAt).toBe(clock.now() - MINUTE);
  });

  test("finds after a restart what it missed, and nothing of the day before yesterday", async () => {
    const { watch, set, all, clock } = world();
    await set(["errors", "old"], "firing");
    await set(["errors", "old"], "resolved");
    clock.advance(25 * 60 * MINUTE);
    await set(["errors", "bot"], "firing");
    await set(["errors", "bot"], "resolved");
    await watch().look();
    expect((await all()).map(({ endpoints }) => endpoints)).toEqual([["bot"]]);
  });

  test("joins several endpoints of one provider's outage", async () => {
    const { watch, set, all, clock } = world();
    const look = watch();
    await set(["errors", "bot"], "firing");
    await look.look();
    clock.advance(2 * MINUTE);
    await set(["provider-trouble", null], "firing", { severity: "warning", labels: { provider: "openai" } });
    await look.look();
    clock.advance(MINUTE);
    await set(["errors", "faq"], "firing");
    await look.look();
    expect(await all()).toMatchObject([{ endpoints: ["bot", "faq"] }]);
  });

  test("resolves what nobody attended, begins again when it fires anew, and opens another one afterwards", async () => {
    const { watch, set, all, clock } = world();
    const look = watch();
    const states = async () => (await all()).map(({ state }) => state);
    await set(["errors", "bot"], "firing");
    await look.look();
    await set(["errors", "bot"], "resolved");
    await look.look();
    expect(await states()).toEqual(["monitoring"]);
    await set(["errors", "bot"], "firing");
    await look.look();
    expect(await states()).toEqual(["investigating"]);
    await set(["errors", "bot"], "resolved");
    await look.look();
    clock.advance(30 * MINUTE);
    await look.look();
    expect(await states()).toEqual(["resolved"]);
    await set(["errors", "bot"], "firing");
    await look.look();
    expect(await states()).toEqual(["resolved", "investigating"]);
  });

  test("leaves it to a person who has taken it on", async () => {
    const { watch, set, all, clock, desk } = world();
    const look = watch();
    await set(["errors", "bot"], "firing");
    await look.look();
    const id = (await all())[0]?.id ?? "";
    const wish = { id, environment: "production", actor: ADA };
    await desk.change(wish, () => [{ type: "Acknowledged" }]);
    await set(["errors", "bot"], "resolved");
    clock.advance(24 * 60 * MINUTE);
    await look.look();
    expect(await all()).toMatchObject([{ state: "investigating", acknowledged: { by: "Ada" } }]);
  });

  test("opens none where the project wants none, and notes trouble of the server in its own environment", async () => {
    const quiet = world({ openOn: null, resolveAfterMs: null });
    await quiet.set(["errors", "bot"], "firing");
    await quiet.watch().look();
    expect(await quiet.all()).toEqual([]);
    const { watch, set, all } = world();
    await set(["telemetry-trouble", null], "firing", {});
    await watch().look();
    expect(await all()).toMatchObject([{ endpoints: [], environment: "production" }]);
  });

  test("says that it is in trouble while the database is away, and then that it is not", async () => {
    const { alerts, incidents, desk, clock } = world();
    let isAway = true;
    const said: string[] = [];
    const watch = new IncidentWatch({
      alerts: {
        firing: async () => {
          if (isAway) throw new Error("away");
          return alerts.firing();
        },
        transitions: (query) => alerts.transitions(query),
      },
      incidents,
      desk,
      policy: () => DEFAULT_INCIDENT_POLICY,
      rule: () => undefined,
      recoveries: { find: async () => ({ state: "unknown" }) },
      clock,
      announcer: {
        decided() {},
        troubled: () => void said.push("troubled"),
        recovered: () => void said.push("recovered"),
      },
      isLeader: () => true,
    });
    watch.start();
    const turns = async (): Promise<void> => {
      clock.advance(2_000);
      await new Promise((resolve) => setImmediate(resolve));
    };
    await turns();
    await turns();
    isAway = false;
    await turns();
    watch.stop();
    expect(said).toEqual(["troubled", "recovered"]);
  });
});

describe("an incident whose calls are well again", () => {
  const bot = { labels: { endpoint: "bot" } };
  const cure = { at: 1, line: "The project was applied", by: "Ada", rollout: null };

  test("is noted with what mended it, watched and resolved while its alert goes on, and swallows no later trouble", async () => {
    let found: TroubleRecovery = { state: "failing" };
    const { watch, set, all, clock } = world(DEFAULT_INCIDENT_POLICY, () => found);
    const look = watch();
    await set(["errors-raised", "bot"], "firing", bot);
    await look.look();
    expect(await all()).toMatchObject([{ state: "investigating", alerts: [{ isOfFailures: true }] }]);
    const at = clock.now();
    clock.advance(4 * MINUTE);
    found = { state: "well", recovery: { at, cure } };
    await look.look();
    await look.look();
    expect(await all()).toMatchObject([{ state: "monitoring", recovered: { at, cure } }]);
    const [before] = await all();
    await look.look();
    expect(await all()).toEqual([before]);
    // A trouble of another kind, which began afterwards: of the same endpoint, and it pages.
    clock.advance(MINUTE);
    await set(["errors-of-another-kind", "bot"], "firing", bot);
    await look.look();
    expect(await all()).toMatchObject([{ alerts: [{ rule: "errors-raised" }] }, { state: "investigating" }]);
    clock.advance(31 * MINUTE);
    await look.look();
    expect(await all()).toMatchObject([{ state: "resolved", recovered: { cure } }, { state: "investigating" }]);
  });

  test("is told to fail again where it does within minutes", async () => {
    let found: TroubleRecovery = { state: "failing" };
    const { watch, set, all, clock } = world(DEFAULT_INCIDENT_POLICY, () => found);
    const look = watch();
    await set(["errors-raised", "bot"], "firing", bot);
    await look.look();
    found = { state: "well", recovery: { at: clock.now(), cure: null } };
    await look.look();
    await look.look();
    expect(await all()).toMatchObject([{ state: "monitoring" }]);
    clock.advance(5 * MINUTE);
    found = { state: "failing" };
    await look.look();
    expect(await all()).toMatchObject([{ state: "investigating", recovered: null }]);
  });

  test("is noted also where a person was faster to resolve it", async () => {
    let found: TroubleRecovery = { state: "failing" };
    const { watch, set, all, desk, clock } = world(DEFAULT_INCIDENT_POLICY, () => found);
    const look = watch();
    await set(["errors-raised", "bot"], "firing", bot);
    await look.look();
    const wish = { id: (await all())[0]?.id ?? "", environment: "production", actor: ADA };
    await desk.change(wish, () => [{ type: "StateChanged", state: "resolved" }]);
    await look.look();
    clock.advance(4 * MINUTE);
    found = { state: "well", recovery: { at: clock.now() - 4 * MINUTE, cure } };
    await look.look();
    await look.look();
    expect(await all()).toMatchObject([{ state: "resolved", recovered: { cure } }]);
  });
});

describe("merging incidents", () => {
  test("takes over alerts, endpoints and notes; told twice it is done once", async () => {
    const { watch, set, all, desk, incidents } = world();
    const look = watch();
    await set(["errors", "bot"], "firing");
    await set(["errors", "faq"], "firing");
    await look.look();
    const [one, other] = await all();
    const wish = { id: other?.id ?? "", environment: "production", actor: ADA };
    await desk.change(wish, () => [{ type: "Noted", text: "the same prompt", at: 1 }]);
    for (let times = 0; times < 2; times += 1) await desk.merge(wish, one?.id ?? "");
    expect(await incidents.byId(one?.id ?? "")).toMatchObject({
      merged: [other?.id],
      endpoints: ["bot", "faq"],
      notes: [{ text: "the same prompt" }],
    });
    expect((await all())[1]).toMatchObject({ mergedInto: one?.id });
    await expect(desk.change(wish, () => [{ type: "Acknowledged" }])).rejects.toMatchObject({
      code: "incident_conflict",
    });
    await expect(desk.merge({ ...wish, id: one?.id ?? "" }, one?.id ?? "")).rejects.toMatchObject({
      code: "incident_conflict",
    });
    await look.look();
    expect(await all()).toHaveLength(2);
  });

  test("of two who change it at the same time both are heard", async () => {
    const { watch, set, all, desk } = world();
    await set(["errors", "bot"], "firing");
    await watch().look();
    const id = (await all())[0]?.id ?? "";
    const wish = { id, environment: "production", actor: ADA };
    await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        desk.change(wish, () => [{ type: "Noted", text: `${index}`, at: index }]),
      ),
    );
    expect((await all())[0]?.notes).toHaveLength(5);
    await expect(desk.find({ id, environment: "staging" })).rejects.toMatchObject({ code: "incident_not_found" });
  });
});
