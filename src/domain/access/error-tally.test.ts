import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ErrorTally } from "./error-tally.ts";
import type { PauseRule } from "./pause-rule.ts";

const WITHIN_MS = 60_000;

const ruleOf = (overrides: Partial<PauseRule> = {}): PauseRule => ({
  name: "broken",
  per: "endpoint",
  only: {},
  condition: { type: "errors-above", share: 0.5, withinMs: WITHIN_MS, leastCalls: 1 },
  mode: "pause",
  liftAfterMs: null,
  cooldownMs: 60_000,
  ...overrides,
});

const BOT = { type: "endpoint", name: "bot" } as const;
const call = { endpoint: "bot", tenant: "acme", keyId: "key_1" };

describe("counting failed calls", () => {
  test("counts each subject by itself, and only what the rule watches", () => {
    const tally = new ErrorTally();
    const rules = [ruleOf(), ruleOf({ per: "tenant", only: { endpoints: ["other"] } })];
    tally.note(rules, { ...call, failed: true }, 0);
    tally.note(rules, { ...call, endpoint: "other", failed: false }, 1);
    tally.note(rules, { ...call, endpoint: null, failed: true }, 2);
    const [byEndpoint, byTenant] = rules as [PauseRule, PauseRule];
    expect(tally.count(byEndpoint, BOT, 3)).toEqual({ calls: 1, failed: 1 });
    expect(tally.count(byTenant, { type: "tenant", name: "acme" }, 3)).toEqual({ calls: 1, failed: 0 });
    expect(tally.takeFailed(byEndpoint)).toEqual([BOT]);
    expect(tally.takeFailed(byEndpoint)).toEqual([]);
    tally.keep([byTenant]);
    expect(tally.count(byEndpoint, BOT, 3)).toEqual({ calls: 0, failed: 0 });
  });

  test("counts the calls of its window, to within a thirtieth of it", () => {
    const rule = ruleOf();
    const times = fc.array(fc.integer({ min: 0, max: 4 * WITHIN_MS }), { maxLength: 200 });
    fc.assert(
      fc.property(times, (unsorted) => {
        const tally = new ErrorTally();
        const sorted = unsorted.toSorted((one, other) => one - other);
        for (const at of sorted) tally.note([rule], { ...call, failed: true }, at);
        const now = sorted.at(-1) ?? 0;
        const { calls, failed } = tally.count(rule, BOT, now);
        const since = (ms: number): number => sorted.filter((at) => at > now - ms).length;
        expect(calls).toBe(failed);
        expect(calls).toBeLessThanOrEqual(since(WITHIN_MS));
        expect(calls).toBeGreaterThanOrEqual(since(WITHIN_MS - WITHIN_MS / 30));
      }),
    );
  });

  test("counts a subject anew once it was let in again", () => {
    const tally = new ErrorTally();
    const rule = ruleOf();
    tally.note([rule], { ...call, failed: true }, 0);
    tally.clear("endpoint other");
    expect(tally.count(rule, BOT, 1).calls).toBe(1);
    tally.clear("endpoint bot");
    expect([tally.count(rule, BOT, 1).calls, tally.takeFailed(rule)]).toEqual([0, []]);
    tally.note([rule], { ...call, failed: true }, 2);
    expect(tally.count(rule, BOT, 3).calls).toBe(1);
  });

  test("keeps a bounded number of subjects, those that called last", () => {
    const tally = new ErrorTally();
    const rule = ruleOf({ per: "key" });
    for (let key = 0; key <= 10_000; key += 1) tally.note([rule], { ...call, keyId: `key_${key}`, failed: true }, 5);
    const of = (name: string) => tally.count(rule, { type: "key", name }, 5).calls;
    expect([of("key_0"), of("key_1"), of("key_10000")]).toEqual([0, 1, 1]);
  });
});
