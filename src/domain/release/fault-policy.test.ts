import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_FAULT_POLICY, faultPolicyOf, isSameTarget, targetsOf } from "./fault-policy.ts";
import type { ModelTarget, ReleasePolicies } from "./release.ts";

const POLICIES: ReleasePolicies = {
  record: "exact",
  retainBodiesDays: 14,
  timeouts: { connectMs: 5_000, firstTokenMs: 60_000, idleMs: 30_000, totalMs: 600_000 },
};

const target: fc.Arbitrary<ModelTarget> = fc.record({
  provider: fc.constantFrom("a", "b"),
  model: fc.constantFrom("m", "n", "o"),
});
const chain = fc.array(target, { maxLength: 4 });
const models = fc.uniqueArray(target, { minLength: 1, maxLength: 4, comparator: isSameTarget });
const fallbacks = fc.record({
  outage: fc.option(chain),
  rateLimit: fc.option(chain),
  contextOverflow: chain,
  contentPolicy: chain,
});

describe("the targets of a release", () => {
  test("are its models in order, then what only its fallbacks name, each once", () => {
    fc.assert(
      fc.property(models, fallbacks, (own, chains) => {
        const faults = { ...DEFAULT_FAULT_POLICY, fallbacks: chains };
        const targets = targetsOf({ models: own, policies: { ...POLICIES, faults } });
        expect(targets.slice(0, own.length)).toEqual(own);
        const names = targets.map(({ provider, model }) => `${provider}/${model}`);
        expect(new Set(names).size).toBe(names.length);
        const { outage, rateLimit, contextOverflow, contentPolicy } = chains;
        for (const one of [...(outage ?? []), ...(rateLimit ?? []), ...contextOverflow, ...contentPolicy])
          expect(targets.some((known) => isSameTarget(known, one))).toBe(true);
      }),
    );
  });
});

test("a release from before there was a choice has the default policy", () => {
  expect(faultPolicyOf({ policies: POLICIES })).toBe(DEFAULT_FAULT_POLICY);
});
