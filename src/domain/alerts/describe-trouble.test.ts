import { describe, expect, test } from "vitest";
import { DEFAULT_RULES } from "./default-rules.ts";
import type { AlertRule } from "./alert-rule.ts";
import { describeReading } from "./describe-reading.ts";
import { describeOver, describeTrouble } from "./describe-trouble.ts";

const ruleOf = (name: string): AlertRule => DEFAULT_RULES.find((rule) => rule.name === name) as AlertRule;

const MINUTE = 60_000;
const labels = { endpoint: "bot", alertname: "x", severity: "warning" };

const over = (
  name: string,
  more: Readonly<Record<string, string>> = {},
  reading: Parameters<typeof describeOver>[1]["reading"] = null,
) => describeOver(ruleOf(name), { labels: { ...labels, ...more }, startedAt: 0, since: 0, reading }, 6 * MINUTE);

describe("what is wrong, in words that stay true", () => {
  test("has the limit and no number of a moment", () => {
    expect(describeTrouble(ruleOf("errors-raised"), labels)).toBe("Errors of bot: more than 5 %");
    expect(describeTrouble(ruleOf("cost-unusual"), labels)).toBe("Cost a minute of bot: far above what is usual");
    expect(describeTrouble(ruleOf("provider-trouble"), { provider: "sim", model: "swift" })).toBe(
      "The breaker of sim/swift is open",
    );
    const below: AlertRule = {
      ...ruleOf("errors-raised"),
      signal: { name: "quality", windowMs: MINUTE },
      condition: { type: "threshold", op: "below", bound: 0.7 },
    };
    expect(describeTrouble(below, labels)).toBe("Judged quality of bot: less than 0.7");
  });
});

describe("what is over", () => {
  test("is one sentence in the past tense, with how long it lasted and its worst", () => {
    const reading = { value: 0.0019, count: 528, bound: 0.05, worst: { value: 0.258, at: 1 } };
    expect(over("errors-raised", {}, reading)).toBe("Errors of bot stood above 5 % for 6 min, at worst at 25.8 %.");
    expect(over("provider-trouble", { provider: "sim", model: "swift" })).toBe(
      "The breaker of sim/swift was open for 6 min.",
    );
    expect(over("rollout-held")).toBe("The rollout of bot was held for 6 min.");
    const rolledBack = { value: 1, count: 1, bound: 0.5, note: "bot@3, harm was proven" };
    expect(over("rolled-back", {}, rolledBack)).toBe("The rollout of bot was rolled back: bot@3, harm was proven.");
    for (const name of DEFAULT_RULES.map((rule) => rule.name)) {
      expect(over(name)).toMatch(/^[A-Z][^.]*( was | were | stood ).*[^.]\.$/);
      expect(over(name)).not.toMatch(/Over:|is open|undefined/);
    }
  });
});

describe("what is wrong now", () => {
  test("is told with the worst so far, where that is another value", () => {
    const reading = { value: 0.12, count: 528, bound: 0.05 };
    const worst = { value: 0.258, at: 1 };
    const told = (more: object) => describeReading(ruleOf("errors-raised"), labels, { ...reading, ...more });
    expect(told({ worst })).toBe("Errors of bot: 12 % (528 calls in 5 min, limit 5 %; at worst 25.8 %).");
    expect(told({ worst: { value: 0.12, at: 1 } })).toBe("Errors of bot: 12 % (528 calls in 5 min, limit 5 %).");
  });
});
