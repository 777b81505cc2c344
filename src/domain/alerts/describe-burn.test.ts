import { describe, expect, test } from "vitest";
import type { AlertRule } from "./alert-rule.ts";
import { DEFAULT_WINDOWS, SLO_PERIOD_MS } from "../slo/slo.ts";
import type { SloIndicator } from "../slo/slo.ts";
import { sloRules } from "../slo/slo-rules.ts";
import { describeReading } from "./describe-reading.ts";
import { describeOver, describeTrouble } from "./describe-trouble.ts";

const MINUTE = 60_000;
const subject = { endpoint: "faq" };

/** The quick page of a service level: told from 14.4 times as fast as it may. */
function ruleOf(indicator: SloIndicator, objective = 0.99): AlertRule {
  const [quick] = sloRules({
    name: "faq-answers",
    description: null,
    endpoint: "faq",
    indicator,
    objective,
    periodMs: SLO_PERIOD_MS,
    windows: DEFAULT_WINDOWS,
    leastCount: 20,
    runbook: null,
    labels: {},
  });
  if (quick === undefined) throw new Error("It has four windows.");
  return quick;
}

const calls = ruleOf({ type: "availability" });
const reading = { value: 16, short: 20.4, count: 2_853, bound: 14.4, note: "20.4 times in the short window" };

describe("a service level that is not kept", () => {
  test("is called by what fails and the limit, which stays true", () => {
    const titles = [
      calls,
      ruleOf({ type: "availability" }, 0.9995),
      ruleOf({ type: "latency", belowMs: 2_000 }),
      ruleOf({ type: "first-token", belowMs: 800 }),
      ruleOf({ type: "quality", atLeast: 0.8 }, 0.95),
      ruleOf({ type: "spend", atMostPico: 3_000e12 }, 0),
    ].map((rule) => describeTrouble(rule, subject));
    expect(titles).toEqual([
      "faq: more than 14.4 % of calls fail (99 % promised)",
      "faq: more than 0.72 % of calls fail (99.95 % promised)",
      "faq: more than 14.4 % of answers take longer than 2 s (99 % promised)",
      "faq: more than 14.4 % of answers take longer than 800 ms to begin (99 % promised)",
      "faq: more than 72 % of judged answers score below 0.8 (95 % promised)",
      "faq: costs more than 14.4 times as much as planned (3000 USD in 30 days)",
    ]);
  });

  test("is told by how many fail now, with the burn behind it and its worst", () => {
    expect(describeReading(calls, subject, reading)).toBe(
      "faq: 1 of 5 calls fails (99 % promised): 20.4 % in 5 min, 16 % in 60 min. The budget of faq-answers burns 20.4 and 16 times as fast as it may, told from 14.4.",
    );
    expect(describeReading(calls, subject, { ...reading, short: 2.3, worst: { value: 22.2, at: 1 } })).toBe(
      "faq: 2.3 % of calls fail (99 % promised): 2.3 % in 5 min, 16 % in 60 min, 22.2 % at worst. The budget of faq-answers burns 2.3 and 16 times as fast as it may, told from 14.4.",
    );
    const all = { ...reading, value: 100, short: 100 };
    expect(describeReading(calls, subject, all)).toMatch(/^faq: 100 % of calls fail \(99 % promised\): /);
    const slow = ruleOf({ type: "latency", belowMs: 2_000 });
    expect(describeReading(slow, subject, reading)).toMatch(/^faq: 1 of 5 answers takes longer than 2 s \(/);
    const dear = ruleOf({ type: "spend", atMostPico: 3_000e12 }, 0);
    expect(describeReading(dear, subject, { ...reading, value: 16, short: 20 })).toMatch(
      /^faq: costs 20 times as much as planned \(3000 USD in 30 days\): 20 times in 5 min, 16 times in 60 min\. /,
    );
    expect(describeReading(calls, subject, null)).toBe("Service level faq-answers of faq: no data.");
    const few = { value: 16, count: 3, bound: 14.4, note: "too few to judge" };
    expect(describeReading(calls, subject, few)).toMatch(/told from 14\.4; too few to judge\.$/);
  });

  test("was so for so long, and at worst", () => {
    const alert = { labels: subject, startedAt: 0, since: 0, reading: { ...reading, worst: { value: 22.2, at: 1 } } };
    expect(describeOver(calls, alert, 12 * MINUTE)).toBe(
      "faq: more than 14.4 % of calls failed (99 % promised) for 12 min, 22.2 % at worst.",
    );
  });
});
