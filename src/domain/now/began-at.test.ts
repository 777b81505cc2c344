import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MINUTE, THREE } from "../../../test/fixtures/now-samples.ts";
import { beganAt } from "./began-at.ts";
import type { BeganTerms } from "./began-at.ts";

const MACHINE = { kind: "machine" } as const;
const ADA = { kind: "key", keyId: "key_1", name: "Ada" } as const;

const terms = (given: Partial<BeganTerms>): BeganTerms => ({
  endpoint: "bot",
  incidents: [],
  alerts: [],
  now: THREE,
  ...given,
});

const FOUND = THREE - 9 * MINUTE;

describe("when a trouble began", () => {
  test("is no affair of an older alert that still fires, whatever it is about", () => {
    const alerts = (["rollout-rolled-back", "error-share", "cost-per-minute"] as const).map((about) => ({
      endpoint: "bot",
      about,
      since: THREE - 30 * MINUTE,
    }));
    expect(beganAt(FOUND, terms({ alerts }))).toBe(FOUND);
  });

  test("is told as its open incident has it", () => {
    const incident = { endpoints: ["bot"], startedAt: FOUND - 7_000, openedBy: MACHINE };
    expect(beganAt(FOUND, terms({ incidents: [incident] }))).toBe(FOUND - 7_000);
    expect(beganAt(FOUND, terms({ incidents: [{ ...incident, endpoints: ["faq"] }] }))).toBe(FOUND);
    expect(beganAt(FOUND, terms({ incidents: [{ ...incident, startedAt: FOUND - 4 * MINUTE }] }))).toBe(FOUND);
    // A person opened it when they heard of it, or knows better.
    const opened = { ...incident, openedBy: ADA };
    expect(beganAt(FOUND, terms({ incidents: [{ ...opened, startedAt: FOUND + 4 * MINUTE }] }))).toBe(FOUND);
    expect(beganAt(FOUND, terms({ incidents: [opened] }))).toBe(FOUND - 7_000);
  });

  test("is older than the hour that is looked at where an alert about errors has fired since before it", () => {
    const found = THREE - 59 * MINUTE;
    const alert = { endpoint: "bot", about: "error-share", since: THREE - 200 * MINUTE } as const;
    expect(beganAt(found, terms({ alerts: [alert] }))).toBe(alert.since);
    expect(beganAt(found, terms({ alerts: [{ ...alert, about: "cost-per-minute" }] }))).toBe(found);
    expect(beganAt(found, terms({ alerts: [{ ...alert, endpoint: "faq" }] }))).toBe(found);
  });

  test("is not that of a trouble that was well again before", () => {
    const found = THREE - 59 * MINUTE;
    const older = { endpoints: ["bot"], startedAt: THREE - 200 * MINUTE, openedBy: MACHINE };
    const alerts = [{ endpoint: "bot", about: "slo", since: older.startedAt }] as const;
    expect(beganAt(found, terms({ incidents: [older], alerts }))).toBe(older.startedAt);
    const recovered = { at: THREE - 190 * MINUTE, cure: null };
    expect(beganAt(found, terms({ incidents: [{ ...older, recovered }], alerts }))).toBe(found);
    expect(beganAt(found, terms({ incidents: [{ ...older, resolvedAt: THREE - 150 * MINUTE }], alerts }))).toBe(found);
    const later = [...alerts, { endpoint: "bot", about: "error-share", since: THREE - 70 * MINUTE } as const];
    expect(beganAt(found, terms({ incidents: [{ ...older, recovered }], alerts: later }))).toBe(THREE - 70 * MINUTE);
  });

  test("is never later than what was found without an incident", () => {
    const about = fc.constantFrom("error-share", "slo", "rollout-rolled-back", "paused" as const);
    const alert = fc.record({ endpoint: fc.constantFrom("bot", "faq"), about, back: fc.nat(300) });
    fc.assert(
      fc.property(fc.nat(60), fc.array(alert), (ago, all) => {
        const found = THREE - ago * MINUTE;
        const alerts = all.map(({ back, ...rest }) => ({ ...rest, since: THREE - back * MINUTE }));
        expect(beganAt(found, terms({ alerts }))).toBeLessThanOrEqual(found);
      }),
    );
  });
});
