import { decideRoute } from "../../domain/routing/decide-route.ts";
import type { RouteDecision } from "../../domain/routing/decide-route.ts";
import { featuresOf } from "../../domain/routing/features.ts";
import type { Conversation, RequestFeatures } from "../../domain/routing/features.ts";
import type { JsonObject } from "../../domain/json.ts";
import { isSameTarget } from "../../domain/release/fault-policy.ts";
import { ROUTED } from "../../domain/routing/routing-policy.ts";
import type { RoutingPolicy } from "../../domain/routing/routing-policy.ts";
import type { CallPlan } from "../attempt/plan-of.ts";
import type { Gateway } from "../gateway.ts";
import type { OpenCall, Placement } from "../open-call.ts";
import { present } from "../present.ts";
import { askForLogprobs } from "./ask-for-logprobs.ts";
import { cascadeVerifier } from "./cascade-verifier.ts";
import { conversationOf } from "./conversation-of.ts";
import { routeNameAt } from "./open-routing.ts";
import type { OpenRouting } from "./open-routing.ts";

/**
 * Chooses the call's route where its release has routing, and gives the plan the order that follows from it: the
 * chosen target first, and for a cascade the stronger routes after an answer that was not good enough. The chains for
 * faults stay as they are.
 */
export function chooseRoute(gateway: Gateway, open: OpenCall, plan: CallPlan): CallPlan {
  const policy = open.placement?.release.content.policies.routing;
  if (policy === undefined) return plan;
  const placement = present(open.placement);
  const decision = decide(gateway, open, { policy, placement });
  const positions = policy.routes.map(({ target }) =>
    plan.targets.findIndex((one) => isSameTarget(one.target, target)),
  );
  const wanted = positions[decision.start] ?? 0;
  const routing: OpenRouting = { decision, positions, wanted, escalations: [], judgements: [], judgePico: 0n };
  open.routing = routing;
  remember(gateway, open, decision.start);
  const above = positions.slice(decision.start + 1);
  const { strategy } = policy;
  if (strategy.type !== "cascade" || decision.action !== ROUTED || above.length === 0) return plan;
  askForLogprobs(open, strategy.verifiers.logprobs);
  return {
    ...plan,
    chains: { ...plan.chains, rejected: above },
    examines: true,
    // Nobody is above the strongest route: where the checks demand nothing either, its answers need not wait.
    ...(!plan.examines && { trusted: othersThan(plan, positions.slice(0, -1)) }),
    verifier: cascadeVerifier(gateway, { routing, verifiers: strategy.verifiers, question: () => questionOf(open) }),
  };
}

const othersThan = ({ targets }: CallPlan, verified: readonly number[]): readonly number[] =>
  [...targets.keys()].filter((target) => !verified.includes(target));

/** Positions of two targets in the plan. */
export interface Rise {
  readonly from: number;
  readonly to: number;
}

/** The answer of the target at `from` was rejected and that at `to` is asked: noted, and kept for the session. */
export function escalate(gateway: Gateway, open: OpenCall, { from, to }: Rise): void {
  const { routing } = open;
  if (routing == null) return;
  const finding = open.findings.findLast(({ attempt }) => attempt === open.attempts.length - 1);
  const because = finding?.detail ?? open.attempts.at(-1)?.error?.message ?? "rejected";
  routing.wanted = to;
  routing.escalations.push({
    from: routeNameAt(routing, from) ?? "",
    to: routeNameAt(routing, to) ?? "",
    because: because.slice(0, 200).toWellFormed(),
  });
  remember(gateway, open, routing.positions.indexOf(to));
}

interface Question {
  readonly policy: RoutingPolicy;
  readonly placement: Placement;
}

function decide(gateway: Gateway, open: OpenCall, { policy, placement }: Question): RouteDecision {
  const { release, unit, session } = placement;
  const kept = policy.sticky ? gateway.sessionRoutes.get(release.endpoint, unit) : undefined;
  const decision = decideRoute(policy, {
    features: featuresIn(open),
    unit,
    releaseId: release.id,
    digest: release.digest,
    kept: kept ?? null,
  });
  // A session with earlier turns that we do not remember did not begin here.
  const isOther = session.source !== "call" && present(open.request).continues;
  return decision.isFirst && isOther ? { ...decision, isFirst: false } : decision;
}

function featuresIn(open: OpenCall): RequestFeatures {
  const { body, bytes } = present(open.request);
  const { id, tenant = null } = present(open.key);
  const { metadata } = body;
  const asker = {
    keyId: id,
    tenant,
    metadata: typeof metadata === "object" && !Array.isArray(metadata) ? (metadata as JsonObject | null) : null,
  };
  const conversation = conversationOf(open);
  if (conversation !== null) return featuresOf(conversation, asker);
  // Nothing is known of it but its length.
  return { ...featuresOf(NOTHING, asker), characters: bytes.length };
}

const NOTHING: Conversation = { messages: [], tools: [], format: "text" };

const questionOf = (open: OpenCall): string => featuresIn(open).question;

function remember(gateway: Gateway, { placement, routing }: OpenCall, level: number): void {
  if (placement == null || routing == null || placement.session.source === "call") return;
  const { policy, action } = routing.decision;
  if (!policy.sticky) return;
  const { release, unit } = placement;
  gateway.sessionRoutes.set(release.endpoint, unit, { releaseId: release.id, action, level });
}
