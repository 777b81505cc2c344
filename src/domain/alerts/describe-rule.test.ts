import { describe, expect, test } from "vitest";
import type { AlertRule } from "./alert-rule.ts";
import { DEFAULT_RULES } from "./default-rules.ts";
import { describeRule } from "./describe-rule.ts";

const rule = (name: string): AlertRule => DEFAULT_RULES.find((each) => each.name === name) as AlertRule;

describe("what a rule watches", () => {
  test("is said in words for every rule that is on", () => {
    expect(Object.fromEntries(DEFAULT_RULES.map((each) => [each.name, describeRule(each)]))).toEqual({
      "errors-many": "more than 25 % of calls failed in 5 min, for 60 s",
      "errors-raised": "more than 5 % of calls failed in 5 min, for 2 min",
      "calls-refused": "a budget or limit that all callers share refused more than 25 % of calls in 5 min, for 60 s",
      "cost-unusual":
        "the cost of 60 min is at least 1.5 times as much as in the same hour of 14 days, and stands out by a robust z-score of 4",
      "provider-trouble": "the breaker of a model is open, for 60 s",
      "rolled-back": "a rollout was rolled back within the last hour",
      "rollout-held": "a rollout is held, for 30 min",
      "queue-slow": "a call has waited longer than 10 s, for 60 s",
      "budget-forecast-over":
        "the day or month of a budget is forecast to come to more than 100 % of its amount, for 30 min",
      "budget-nearly-spent": "more than 90 % of a budget is spent",
      "calls-stopped": "calls are stopped",
      "records-dropped": "records of calls were dropped",
      "telemetry-trouble": "Rollward cannot write what it records, or a notifier takes nothing, for 60 s",
      "user-cost-unusual": "an hour of a user costs far more than the same hour of previous days",
      "tenant-cost-unusual": "an hour of a tenant costs far more than the same hour of previous days",
    });
  });

  test("names endpoints, codes, quantiles and sides", () => {
    const own = { ...rule("errors-many"), forMs: 0, endpoints: ["bot", "faq"] };
    const slow: AlertRule = {
      ...own,
      signal: { name: "latency", windowMs: 600_000, quantile: 0.99, arm: "candidate" },
      condition: { type: "threshold", op: "above", bound: 8_000 },
    };
    expect(describeRule(slow)).toBe("the whole answer takes longer than 8 s (p99) in 10 min (candidate), on bot, faq");
    const coded = { ...own, endpoints: null, signal: { ...own.signal, code: "provider_timeout" } };
    expect(describeRule(coded)).toBe("more than 25 % of calls failed with provider_timeout in 5 min");
  });

  test("says of a service level how fast its budget burns", () => {
    const level = { indicator: { type: "availability" }, objective: 0.99, periodMs: 30 * 86_400_000 } as const;
    const burn: AlertRule = {
      ...rule("errors-many"),
      forMs: 0,
      signal: { name: "slo", windowMs: 3_600_000 },
      condition: { type: "burn", slo: "answers", factor: 14.4, shortMs: 300_000, level },
    };
    expect(describeRule(burn)).toBe(
      "the budget of answers burns more than 14.4 times as fast as it may, over 60 min and over 5 min",
    );
    expect(
      describeRule({ ...burn, condition: { type: "burn", slo: "answers", factor: 1, shortMs: 300_000, level } }),
    ).toBe("the budget of answers burns faster than it may, over 60 min and over 5 min");
  });

  test("never shows the bound of what only is or is not", () => {
    for (const name of ["provider-trouble", "rolled-back", "rollout-held", "calls-stopped", "telemetry-trouble"])
      expect(describeRule(rule(name))).not.toMatch(/0\.5|above/);
  });
});
