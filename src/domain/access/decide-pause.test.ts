import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HOUR_MS } from "../spend/spend-book.ts";
import { decidePause } from "./decide-pause.ts";
import type { PauseDecision } from "./decide-pause.ts";
import { MACHINE } from "./pause.ts";
import type { Pause } from "./pause.ts";
import type { PauseRule } from "./pause-rule.ts";

const T0 = Date.UTC(2026, 10, 21, 13);
const MINUTE_MS = 60_000;
const SUBJECT = { type: "tenant", name: "acme" } as const;

const ruleOf = (overrides: Partial<PauseRule> = {}): PauseRule => ({
  name: "runaway",
  per: "tenant",
  only: {},
  condition: { type: "hour-above", abovePico: 1n },
  mode: "pause",
  liftAfterMs: null,
  cooldownMs: HOUR_MS,
  ...overrides,
});

/** The cause of the hour around an instant, or of no hour. */
const causeAt = (now: number, isHour: boolean) => ({
  text: "has spent $3.00",
  endsAt: isHour ? Math.floor(now / HOUR_MS) * HOUR_MS + HOUR_MS : null,
});

const pauseFrom = ({ reason, rule, instead }: PauseDecision, at: number): Pause => ({
  id: "pau_1",
  subject: SUBJECT,
  reason,
  by: MACHINE,
  at,
  lifted: instead === null ? null : { at, by: MACHINE, reason: instead },
  rule,
});

const decideAt = (rule: PauseRule, last: Pause | null, now: number): PauseDecision | null =>
  decidePause({ rule, subject: SUBJECT, cause: causeAt(now, true) }, last, now);

const liftBy = (pause: Pause, by: string, at: number): Pause => ({ ...pause, lifted: { at, by, reason: "looked at" } });

describe("what a rule does about a cause", () => {
  test("stops what it has never met, with its name, the subject and the cause, until somebody lifts it", () => {
    expect(decideAt(ruleOf(), null, T0)).toEqual({
      reason: "Rule runaway: tenant acme has spent $3.00.",
      rule: { name: "runaway", outcome: "paused", until: null },
      instead: null,
    });
  });

  test("stops for what an hour has cost at least until the hour is over", () => {
    const until = (liftAfterMs: number): number | null | undefined =>
      decideAt(ruleOf({ liftAfterMs }), null, T0 + 10 * MINUTE_MS)?.rule.until;
    expect(until(5 * MINUTE_MS)).toBe(T0 + HOUR_MS);
    expect(until(2 * HOUR_MS)).toBe(T0 + 10 * MINUTE_MS + 2 * HOUR_MS);
    const found = { rule: ruleOf({ liftAfterMs: 5 * MINUTE_MS }), subject: SUBJECT, cause: causeAt(T0, false) };
    expect(decidePause(found, null, T0)?.rule.until).toBe(T0 + 5 * MINUTE_MS);
  });

  test("leaves alone what a person let in again, says so once, and acts when the next hour is too dear as well", () => {
    const rule = ruleOf({ cooldownMs: MINUTE_MS });
    const first = decideAt(rule, null, T0 + MINUTE_MS);
    if (first === null) throw new Error("It was to be stopped.");
    const lifted = liftBy(pauseFrom(first, T0 + MINUTE_MS), "Ada", T0 + 2 * MINUTE_MS);
    const left = decideAt(rule, lifted, T0 + 2 * MINUTE_MS + 1);
    expect(left).toMatchObject({ rule: { outcome: "left-alone", until: T0 + HOUR_MS } });
    expect(left?.instead).toBe(
      "Ada lifted its pause at 2026-11-21 13:02 UTC: this rule leaves it alone until 2026-11-21 14:00 UTC.",
    );
    const note = pauseFrom(left as PauseDecision, T0 + 2 * MINUTE_MS + 1);
    expect(decideAt(rule, note, T0 + 59 * MINUTE_MS)).toBeNull();
    expect(decideAt(rule, note, T0 + HOUR_MS)).toMatchObject({ rule: { outcome: "paused" } });
  });

  test("a rule that only observes notes a cause once; one that may stop then does it at once", () => {
    const observing = ruleOf({ mode: "observe", cooldownMs: MINUTE_MS });
    const noted = decideAt(observing, null, T0);
    expect(noted).toMatchObject({
      rule: { outcome: "observed", until: T0 + HOUR_MS },
      instead: "This rule only observes.",
    });
    const note = pauseFrom(noted as PauseDecision, T0);
    expect(decideAt(observing, note, T0 + HOUR_MS - 1)).toBeNull();
    expect(decideAt(observing, note, T0 + HOUR_MS)).not.toBeNull();
    expect(decideAt(ruleOf(), note, T0 + MINUTE_MS)).toMatchObject({ rule: { outcome: "paused" } });
  });

  test("a key that is called rollward is a person too", () => {
    const first = decideAt(ruleOf({ liftAfterMs: HOUR_MS }), null, T0);
    const lifted = liftBy(pauseFrom(first as PauseDecision, T0), MACHINE, T0 + MINUTE_MS);
    expect(decideAt(ruleOf(), lifted, T0 + 2 * MINUTE_MS)).toMatchObject({ rule: { outcome: "left-alone" } });
  });
});

/** What happens next in a story: the cause is seen, or a person lifts what is in force, or only time passes. */
const step = fc.record({
  passMs: fc.integer({ min: 0, max: 3 * HOUR_MS }),
  what: fc.constantFrom("cause", "lift", "nothing"),
});

test("whatever happens: once for a cause, never within the rest after a person's lift, and never silent for ever", () => {
  const terms = fc.record({
    mode: fc.constantFrom("pause", "observe"),
    liftAfterMs: fc.option(fc.integer({ min: MINUTE_MS, max: 5 * HOUR_MS })),
    cooldownMs: fc.integer({ min: MINUTE_MS, max: 5 * HOUR_MS }),
  });
  fc.assert(
    fc.property(terms, fc.boolean(), fc.array(step, { maxLength: 60 }), (chosen, isHour, steps) => {
      const rule = ruleOf(chosen);
      let last: Pause | null = null;
      let now = T0;
      let liftedByPersonAt = Number.NEGATIVE_INFINITY;
      for (const { passMs, what } of steps) {
        now += passMs;
        const due: Pause | null = last;
        if (due?.lifted === null && due.rule?.until != null && due.rule.until <= now) last = liftBy(due, MACHINE, now);
        if (what === "lift" && last !== null && last.lifted === null) {
          last = liftBy(last, "Ada", now);
          liftedByPersonAt = now;
        }
        if (what !== "cause") continue;
        const cause = causeAt(now, isHour);
        const decision: PauseDecision | null = decidePause({ rule, subject: SUBJECT, cause }, last, now);
        if (decision === null) {
          // Silence has an end: what is in force, or a note that names its end.
          expect(last?.lifted === null || (last?.rule?.until ?? 0) > now).toBe(true);
          continue;
        }
        expect(last === null || last.lifted !== null).toBe(true);
        if (chosen.mode === "observe") expect(decision.rule.outcome).toBe("observed");
        if (decision.rule.outcome === "paused") {
          expect(now).toBeGreaterThanOrEqual(liftedByPersonAt + rule.cooldownMs);
          if (isHour && last?.rule?.outcome === "paused") expect(last.at).toBeLessThan((cause.endsAt ?? 0) - HOUR_MS);
        }
        expect(decision.instead === null).toBe(decision.rule.outcome === "paused");
        last = pauseFrom(decision, now);
      }
    }),
  );
});
