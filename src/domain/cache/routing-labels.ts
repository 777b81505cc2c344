import type { Json } from "../json.ts";
import type { CacheScope } from "./cache-policy.ts";
import type { RoutingCondition, RoutingPolicy } from "../routing/routing-policy.ts";

const conditionsOf = ({ strategy }: RoutingPolicy): readonly RoutingCondition[] =>
  strategy.type === "rules" ? strategy.rules.flatMap(({ when }) => when) : [];

/**
 * What of a request's `metadata` decides which model answers: two requests that differ there are two questions, though
 * `metadata` is none of the question otherwise.
 */
export function routingLabels(policy: RoutingPolicy | undefined, metadata: Json | undefined): Record<string, string> {
  if (policy === undefined || typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) return {};
  const given = metadata as { readonly [name: string]: Json };
  const names = conditionsOf(policy).flatMap((condition) => (condition.type === "label" ? [condition.name] : []));
  const labels: Record<string, string> = {};
  for (const name of names) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (typeof value === "string") labels[name] = value;
  }
  return labels;
}

/** The widest that answers may be shared where who asks decides which model answers. */
export function widestScope(policy: RoutingPolicy | undefined): CacheScope {
  const types = new Set(policy === undefined ? [] : conditionsOf(policy).map(({ type }) => type));
  if (types.has("keys")) return "key";
  return types.has("tenants") ? "tenant" : "endpoint";
}
