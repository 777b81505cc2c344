import type { RequestFeatures } from "./features.ts";
import { estimatedTokens } from "./features.ts";
import { languageOf } from "./language.ts";
import type { Bounds, RoutingCondition, RoutingRule } from "./routing-policy.ts";

/** Position of the first rule whose conditions all hold; `null` when none does. */
export function matchRules(rules: readonly RoutingRule[], features: RequestFeatures): number | null {
  const index = rules.findIndex(({ when }) => when.every((condition) => holds(condition, features)));
  return index < 0 ? null : index;
}

function holds(condition: RoutingCondition, features: RequestFeatures): boolean {
  switch (condition.type) {
    case "characters":
    case "tools":
    case "images":
    case "turns":
      return within(features[condition.type], condition);
    case "tokens":
      return within(estimatedTokens(features.characters), condition);
    case "language":
      return condition.anyOf.includes(languageOf(features.question) ?? "unknown");
    case "format":
      return condition.anyOf.includes(features.format);
    case "keys":
      return condition.anyOf.includes(features.keyId);
    case "tenants":
      return features.tenant !== null && condition.anyOf.includes(features.tenant);
    default: {
      const value = Object.hasOwn(features.labels, condition.name) ? features.labels[condition.name] : undefined;
      return value !== undefined && condition.anyOf.includes(value);
    }
  }
}

const within = (value: number, { least, most }: Bounds): boolean =>
  (least === null || value >= least) && (most === null || value <= most);
