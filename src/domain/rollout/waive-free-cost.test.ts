import { expect, test } from "vitest";
import { releaseOf } from "../../../test/contracts/store-samples.ts";
import type { ModelTarget, ReleaseContent } from "../release/release.ts";
import { DEFAULT_FAULT_POLICY } from "../release/fault-policy.ts";
import { DEFAULT_PLAN, checkPlan } from "./open-rollout.ts";
import type { RolloutPlan } from "./plan.ts";
import { waiveFreeCost } from "./waive-free-cost.ts";
import type { PricedPlan } from "./waive-free-cost.ts";

const { content: sample } = releaseOf("bot", "");

const asking = (provider: string, fallback = provider): ReleaseContent => ({
  ...sample,
  models: [{ provider, model: "m" }],
  policies: {
    ...sample.policies,
    faults: {
      ...DEFAULT_FAULT_POLICY,
      fallbacks: { ...DEFAULT_FAULT_POLICY.fallbacks, outage: [{ provider: fallback, model: "m" }] },
    },
  },
});

const isFree = ({ provider }: ModelTarget): boolean => provider === "own";
const FREE = asking("own");

const priced = (plan: RolloutPlan, contents: readonly ReleaseContent[], isCostRequired = false): PricedPlan =>
  waiveFreeCost(plan, contents, { isFree, isCostRequired });

const requiredIn = ({ plan }: PricedPlan): readonly string[] =>
  plan.metrics.filter(({ required }) => required).map(({ metric }) => metric);

test("cost is not required where no model of either release costs anything; the rest of the plan stays", () => {
  const { plan, cost } = priced(DEFAULT_PLAN, [FREE, FREE]);
  expect([cost, requiredIn({ plan, cost })]).toEqual(["waived", ["errors", "latency"]]);
  expect(plan.metrics.map(({ metric, share }) => [metric, share])).toEqual(
    DEFAULT_PLAN.metrics.map(({ metric, share }) => [metric, share]),
  );
  expect(checkPlan(plan)).toEqual([]);
});

test.each([
  ["the candidate", [asking("sold"), FREE]],
  ["stable", [FREE, asking("sold")]],
  ["a fallback of stable", [FREE, asking("own", "sold")]],
])("cost stays required where %s has a price", (_, contents) => {
  expect(priced(DEFAULT_PLAN, contents)).toEqual({ plan: DEFAULT_PLAN, cost: "judged" });
});

test("cost stays required where the policy says so, and where nothing else would be proven", () => {
  expect(priced(DEFAULT_PLAN, [FREE, FREE], true)).toEqual({ plan: DEFAULT_PLAN, cost: "unprovable" });
  const alone = { ...DEFAULT_PLAN, metrics: DEFAULT_PLAN.metrics.filter(({ metric }) => metric === "cost") };
  expect(priced(alone, [FREE, FREE])).toEqual({ plan: alone, cost: "unprovable" });
});
