import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Alert } from "./alert.ts";
import type { NoDataPolicy } from "./alert-rule.ts";
import { newAlert, stepAlert } from "./step-alert.ts";
import type { AlertStep, StepTerms } from "./step-alert.ts";

const fresh = newAlert(
  { fingerprint: "f", rule: "r", environment: "production", endpoint: "bot", labels: {} },
  { severity: "critical", runbook: null },
);

const termsOf = (forMs: number, noData: NoDataPolicy = "ok"): StepTerms => ({
  severity: "critical",
  runbook: null,
  forMs,
  noData,
});

const look = (isBad: boolean | null) => ({ isBad, reading: null, summary: "…" });

/** Every step of an alert through looks at given times. */
function walk(
  looks: readonly (readonly [at: number, isBad: boolean | null])[],
  terms: StepTerms,
  from: Alert = fresh,
): AlertStep[] {
  let alert = from;
  const steps: AlertStep[] = [];
  for (const [at, isBad] of looks) {
    const step = stepAlert(alert, look(isBad), { ...terms, at });
    if (step === null) continue;
    steps.push(step);
    ({ alert } = step);
  }
  return steps;
}

const statusesOf = (steps: readonly AlertStep[]): string[] => steps.map(({ alert }) => alert.status);

const looks = fc.array(fc.tuple(fc.integer({ min: -100, max: 1_000 }), fc.constantFrom(true, false, null)), {
  maxLength: 40,
});
const terms = fc.record({
  severity: fc.constant("critical" as const),
  runbook: fc.constant(null),
  forMs: fc.integer({ min: 0, max: 50 }),
  noData: fc.constantFrom<NoDataPolicy>("ok", "alert", "keep"),
});

describe("an alert", () => {
  test("waits in pending for as long as its rule says, fires, and is resolved", () => {
    const steps = walk(
      [
        [0, true],
        [30, true],
        [60, true],
        [90, true],
        [120, false],
      ],
      termsOf(60),
    );
    expect(statusesOf(steps)).toEqual(["pending", "firing", "resolved"]);
    expect(steps[1]).toMatchObject({ at: 60, from: "pending", alert: { startedAt: 0, episode: 1 } });
    expect(steps[2]).toMatchObject({ at: 120, alert: { startedAt: 0, episode: 1 } });
  });

  test("goes back to ok where it does not last, and its wait begins anew", () => {
    const steps = walk(
      [
        [0, true],
        [50, false],
        [59, true],
        [61, true],
        [119, true],
      ],
      termsOf(60),
    );
    expect(statusesOf(steps)).toEqual(["pending", "ok", "pending", "firing"]);
    expect(steps.at(-1)).toMatchObject({ at: 119, alert: { startedAt: 59 } });
  });

  test.each([
    ["ok", ["firing", "resolved"]],
    ["alert", ["firing"]],
    ["keep", ["firing"]],
  ] as const)("that fires and gets no data, by the policy %s, goes through %j", (policy, expected) => {
    expect(
      statusesOf(
        walk(
          [
            [0, true],
            [1, null],
          ],
          termsOf(0, policy),
        ),
      ),
    ).toEqual(expected);
  });

  test("fires for missing data where that is an alert, and not where nothing changes by it", () => {
    expect(statusesOf(walk([[0, null]], termsOf(0, "alert")))).toEqual(["firing"]);
    expect(statusesOf(walk([[0, null]], termsOf(0, "keep")))).toEqual([]);
    expect(
      statusesOf(
        walk(
          [
            [0, true],
            [70, null],
          ],
          termsOf(60, "keep"),
        ),
      ),
    ).toEqual(["pending"]);
  });

  test("loses who has seen it when it fires anew", () => {
    const [fired] = walk([[0, true]], termsOf(0));
    const seen = { ...(fired?.alert ?? fresh), acknowledged: { at: 1, by: "Ada", note: null } };
    const steps = walk(
      [
        [2, false],
        [3, true],
      ],
      termsOf(0),
      seen,
    );
    expect(steps.map(({ alert }) => alert.acknowledged?.by ?? null)).toEqual(["Ada", null]);
    expect(steps[1]?.alert.episode).toBe(2);
  });

  test("takes only steps that there are, each with the next version and no time before the last, whatever clocks do", () => {
    fc.assert(
      fc.property(looks, terms, (given, rule) => {
        const allowed = {
          ok: ["pending", "firing"],
          resolved: ["pending", "firing"],
          pending: ["ok", "firing"],
          firing: ["resolved"],
        };
        let last = { status: "ok" as Alert["status"], at: -Infinity, version: 0 };
        for (const { alert, from, at } of walk(given, rule)) {
          expect(from).toBe(last.status);
          expect(allowed[from]).toContain(alert.status);
          expect(alert.version).toBe(last.version + 1);
          expect(at).toBeGreaterThanOrEqual(last.at);
          expect(alert.since).toBe(at);
          last = { status: alert.status, at, version: alert.version };
        }
      }),
    );
  });

  test("fires only after its wait was over, and once in each episode", () => {
    fc.assert(
      fc.property(looks, terms, (given, rule) => {
        const fired = walk(given, rule).filter(({ alert }) => alert.status === "firing");
        for (const { alert, at } of fired)
          expect(at - (alert.startedAt ?? Infinity)).toBeGreaterThanOrEqual(rule.forMs);
        expect(fired.map(({ alert }) => alert.episode)).toEqual(fired.map((_, index) => index + 1));
      }),
    );
  });

  test("stands the same after a restart at any moment: all it goes by is written down", () => {
    fc.assert(
      fc.property(looks, terms, fc.nat(40), (given, rule, cut) => {
        const whole = walk(given, rule);
        const before = walk(given.slice(0, cut), rule);
        const kept = JSON.parse(JSON.stringify(before.at(-1)?.alert ?? fresh)) as Alert;
        expect([...before, ...walk(given.slice(cut), rule, kept)]).toEqual(whole);
      }),
    );
  });

  test("changes nothing when it is looked at twice at the same time", () => {
    fc.assert(
      fc.property(looks, terms, fc.constantFrom(true, false, null), (given, rule, isBad) => {
        const alert = walk(given, rule).at(-1)?.alert ?? fresh;
        const once = stepAlert(alert, look(isBad), { ...rule, at: 2_000 });
        // A wait that is over at once may end in a second look.
        const twice = once === null ? null : stepAlert(once.alert, look(isBad), { ...rule, at: 2_000 });
        expect(twice === null || once?.alert.status === "pending").toBe(true);
      }),
    );
  });
});
