import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ADA, alertOf, incidentOf, logOf, NIGHT, OPENED } from "../../../test/fixtures/incident-samples.ts";
import type { Told } from "../../../test/fixtures/incident-samples.ts";
import { isOpenIncident } from "./incident.ts";
import type { IncidentFact } from "./incident.ts";

const after = (...told: readonly Told[]) => incidentOf(logOf([[OPENED], ...told]));

describe("an incident", () => {
  test("begins with its opening and nothing else", () => {
    expect(() => incidentOf(logOf([[{ type: "Acknowledged" }]]))).toThrow(/begins with Acknowledged/);
    expect(() => incidentOf(logOf([[OPENED], [OPENED]]))).toThrow(/opened once/);
    const [first, , third] = logOf([[OPENED], [{ type: "Acknowledged" }], [{ type: "Acknowledged" }]]);
    expect(() => incidentOf([first, third].flatMap((event) => event ?? []))).toThrow(/3 follows 1/);
  });

  test("goes from state to state, is resolved and can be opened again", () => {
    const resolved = after([{ type: "StateChanged", state: "resolved" }, 60_000]);
    expect(resolved).toMatchObject({ state: "resolved", resolvedAt: NIGHT + 60_000, since: NIGHT + 60_000 });
    expect(isOpenIncident(resolved)).toBe(false);
    const again = after(
      [{ type: "StateChanged", state: "resolved" }, 60_000],
      [{ type: "StateChanged", state: "investigating" }, 90_000],
    );
    expect(again).toMatchObject({ state: "investigating", resolvedAt: null, since: NIGHT + 90_000 });
  });

  test("keeps the time of a state that was said again, and the first acknowledgement", () => {
    const grace = { kind: "key", keyId: "key_2", name: "Grace" } as const;
    const incident = after(
      [{ type: "Acknowledged" }, 5, ADA],
      [{ type: "Acknowledged" }, 6, grace],
      [{ type: "StateChanged", state: "identified" }, 10, ADA],
      [{ type: "StateChanged", state: "identified" }, 20, ADA],
    );
    expect(incident).toMatchObject({ since: NIGHT + 10, acknowledged: { at: NIGHT + 5, by: "Ada" }, isAttended: true });
  });

  test("takes over the endpoints and the earlier beginning of alerts that join", () => {
    const joined = alertOf({ key: "b:1", endpoint: "faq", startedAt: NIGHT - 60_000 });
    const incident = after(
      [{ type: "AlertJoined", alert: joined }, 5],
      [{ type: "AlertEnded", key: "b:1", endedAt: 9 }],
    );
    expect(incident).toMatchObject({ endpoints: ["faq", "support-bot"], startedAt: NIGHT - 60_000, isAttended: false });
    expect(incident.alerts.map(({ endedAt }) => endedAt)).toEqual([null, 9]);
  });

  test("is public from its first public update on", () => {
    const update = (isPublic: boolean): Told => [{ type: "Updated", body: "We look into it.", isPublic }, 5, ADA];
    expect(after(update(false)).isPublic).toBe(false);
    expect(after(update(true), update(false)).isPublic).toBe(true);
    expect(after(update(true)).updates[0]).toMatchObject({ by: "Ada", state: "investigating", isPublic: true });
  });

  test("takes over another one, and the whole environment swallows its endpoints", () => {
    const taken = { type: "TookOver", incident: "inc_b", alerts: [], notes: [], startedAt: NIGHT - 1 } as const;
    expect(after([{ ...taken, endpoints: ["faq"] }])).toMatchObject({
      endpoints: ["faq", "support-bot"],
      merged: ["inc_b"],
      startedAt: NIGHT - 1,
    });
    expect(after([{ ...taken, endpoints: [] }]).endpoints).toEqual([]);
  });

  test("counts its events, stays bounded, and is resolved exactly while its state says so", () => {
    const fact: fc.Arbitrary<IncidentFact> = fc.oneof(
      fc
        .constantFrom("investigating", "identified", "monitoring", "resolved" as const)
        .map((state) => ({ type: "StateChanged" as const, state })),
      fc.string().map((text) => ({ type: "Noted" as const, text, at: NIGHT })),
      fc.constant({ type: "Acknowledged" as const }),
      fc.string().map((key) => ({ type: "AlertJoined" as const, alert: alertOf({ key }) })),
    );
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 700 }), (facts) => {
        const incident = after(...facts.map((one, index): Told => [one, index]));
        expect(incident.seq).toBe(facts.length + 1);
        expect(incident.state === "resolved").toBe(incident.resolvedAt !== null);
        expect(Math.max(incident.notes.length, incident.alerts.length)).toBeLessThanOrEqual(500);
      }),
      { numRuns: 30 },
    );
  });
});
