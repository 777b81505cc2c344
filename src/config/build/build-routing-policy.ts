import type {
  Bounds,
  RoutingCondition,
  RoutingPolicy,
  RoutingStrategy,
  Verifiers,
} from "../../domain/routing/routing-policy.ts";
import { splitModel } from "../checks/check-models.ts";
import { DEFAULT_ROUTING, type RoutingInput } from "../schema/routing-schema.ts";

type RuleInput = NonNullable<RoutingInput["rules"]>[number];

const COUNTED = ["characters", "tokens", "turns", "tools", "images"] as const;
const LISTED = ["language", "format", "keys", "tenants"] as const;

const boundsOf = ({
  least,
  most,
}: {
  readonly least?: number | undefined;
  readonly most?: number | undefined;
}): Bounds => ({
  least: least ?? null,
  most: most ?? null,
});

function conditionsOf(when: RuleInput["when"]): readonly RoutingCondition[] {
  return [
    ...COUNTED.flatMap((type): RoutingCondition[] => {
      const bounds = when[type];
      return bounds === undefined ? [] : [{ type, ...boundsOf(bounds) }];
    }),
    ...LISTED.flatMap((type): RoutingCondition[] => {
      const anyOf = when[type];
      return anyOf === undefined ? [] : [{ type, anyOf }];
    }),
    ...Object.entries(when.labels ?? {}).map(([name, anyOf]): RoutingCondition => ({ type: "label", name, anyOf })),
  ];
}

function verifiersOf(escalate: RoutingInput["escalate"]): Verifiers {
  const { checks, logprobs, judge } = escalate ?? {};
  const target = judge === undefined ? null : splitModel(judge.model);
  return {
    checks: checks ?? true,
    logprobs: logprobs === undefined ? null : { mean: logprobs.mean ?? null, least: logprobs.least ?? null },
    judge:
      judge === undefined || target === null
        ? null
        : {
            target,
            least: judge.least ?? DEFAULT_ROUTING.judgeLeast,
            criteria: judge.criteria ?? DEFAULT_ROUTING.criteria,
          },
  };
}

function strategyOf(input: RoutingInput): RoutingStrategy {
  const thresholds = Object.entries(input.thresholds ?? {}).map(([route, from]) => ({ route, from }));
  switch (input.strategy) {
    case "rules": {
      const rules = (input.rules ?? []).map(({ route, when }) => ({ route, when: conditionsOf(when) }));
      return { type: "rules", rules, otherwise: input.otherwise ?? "" };
    }
    case "classifier":
      return { type: "classifier", version: 1, thresholds };
    case "length":
      return { type: "length", thresholds };
    case "random":
      return {
        type: "random",
        shares: Object.entries(input.shares ?? {}).map(([route, share]) => ({ route, share })),
      };
    default:
      return { type: "cascade", verifiers: verifiersOf(input.escalate) };
  }
}

/** How an endpoint spreads its sessions, every default written out. */
export function buildRoutingPolicy(input: RoutingInput): RoutingPolicy {
  return {
    routes: Object.entries(input.routes).flatMap(([name, reference]) => {
      const target = splitModel(reference);
      return target === null ? [] : [{ name, target }];
    }),
    strategy: strategyOf(input),
    sticky: input.sticky ?? DEFAULT_ROUTING.sticky,
    explore: input.explore ?? DEFAULT_ROUTING.explore,
  };
}
