import type { RouteDecision } from "../../domain/routing/decide-route.ts";
import type { OpenCall } from "../open-call.ts";
import type { Escalation, Judgement, RoutingFact } from "../../domain/routing/routing-fact.ts";

/** The routing of one call while it is open. Mutable like the call that it belongs to. */
export interface OpenRouting {
  readonly decision: RouteDecision;
  /** Where each route stands among the targets of the plan. */
  readonly positions: readonly number[];
  /** Position of the target that the routing wants: the first one, or the one that it escalated to. */
  wanted: number;
  readonly escalations: Escalation[];
  readonly judgements: Judgement[];
  /** What judges have cost, pico-dollars. */
  judgePico: bigint;
}

/** The name of the route at a target of the plan; `null` for one that belongs to no route. */
export function routeNameAt({ decision, positions }: OpenRouting, target: number | null): string | null {
  const index = target === null ? -1 : positions.indexOf(target);
  return decision.policy.routes[index]?.name ?? null;
}

/** What the record keeps. `served` is the position of the target that answered. */
export function routingFactOf(routing: OpenRouting, served: number | null): RoutingFact {
  const { decision, escalations, judgements } = routing;
  const { policy, intended, start, action, propensities, isFirst, why, score, characters } = decision;
  const name = (index: number): string => policy.routes[index]?.name ?? "";
  return {
    strategy: policy.strategy.type,
    intended: name(intended),
    action,
    propensities,
    isFirst,
    asked: name(start),
    served: routeNameAt(routing, served),
    why,
    score,
    characters,
    escalations,
    ...(judgements.length > 0 && { judgements }),
  };
}

/** What counts against the release: a cascade rejects answers by design, so of its findings only the delivered one's. */
export function countedFindings({ findings, attempts, routing }: OpenCall): OpenCall["findings"] {
  if (routing == null || routing.escalations.length === 0) return findings;
  return findings.filter(({ attempt }) => attempt === attempts.length - 1);
}
