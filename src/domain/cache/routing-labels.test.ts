import { expect, test } from "vitest";
import type { RoutingPolicy, RoutingRule } from "../routing/routing-policy.ts";
import { routingLabels, widestScope } from "./routing-labels.ts";

const policy = (...when: RoutingRule["when"]): RoutingPolicy => ({
  routes: [
    { name: "small", target: { provider: "p", model: "s" } },
    { name: "large", target: { provider: "p", model: "l" } },
  ],
  strategy: { type: "rules", rules: [{ route: "large", when }], otherwise: "small" },
  sticky: false,
  explore: 0,
});

const BY_TIER = policy({ type: "label", name: "tier", anyOf: ["gold"] });

test("only the members by which a model is chosen make another question", () => {
  expect(routingLabels(BY_TIER, { tier: "gold", session_id: "s", nested: {} })).toEqual({ tier: "gold" });
  expect(routingLabels(BY_TIER, { tier: 3 })).toEqual({});
  expect(routingLabels(BY_TIER, { constructor: "x" })).toEqual({});
  for (const metadata of [null, undefined, "tier", ["tier"]]) expect(routingLabels(BY_TIER, metadata)).toEqual({});
  expect(routingLabels(undefined, { tier: "gold" })).toEqual({});
});

test("nobody shares with whom the model is chosen otherwise", () => {
  const byTenant = { type: "tenants", anyOf: ["acme"] } as const;
  expect(widestScope(policy(byTenant, { type: "keys", anyOf: ["key_1"] }))).toBe("key");
  expect(widestScope(policy(byTenant))).toBe("tenant");
  expect([widestScope(BY_TIER), widestScope(undefined)]).toEqual(["endpoint", "endpoint"]);
});
