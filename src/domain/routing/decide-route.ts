import { hmacUnit } from "../../kit/hash.ts";
import { complexityOf } from "./complexity.ts";
import type { RequestFeatures } from "./features.ts";
import { matchRules } from "./match-rules.ts";
import { ROUTED, routeIndex } from "./routing-policy.ts";
import type { RouteThreshold, RoutingPolicy, RoutingRoute } from "./routing-policy.ts";

/** What is remembered of a session's routing. */
export interface KeptRoute {
  /** The release that decided; another one decides anew. */
  readonly releaseId: string;
  /** `routed`, or the route that was drawn by lot. */
  readonly action: string;
  /** Position of the route that the session has reached. */
  readonly level: number;
}

/** A session that asks for a route. */
export interface RouteSeeker {
  readonly features: RequestFeatures;
  /** The session as a unit of statistics. */
  readonly unit: string;
  readonly releaseId: string;
  /** The release's digest: the key of its draws, so that every replica draws alike. */
  readonly digest: string;
  readonly kept: KeptRoute | null;
}

/** Where a call goes first, and everything that is to be known of why. */
export interface RouteDecision {
  readonly policy: RoutingPolicy;
  /** Position of the route that the strategy wants for this request. */
  readonly intended: number;
  readonly action: string;
  /** Position of the route that is asked first. */
  readonly start: number;
  readonly propensities: Readonly<Record<string, number>>;
  readonly isFirst: boolean;
  readonly why: string;
  readonly score: number | null;
  readonly characters: number;
}

/**
 * Decides the route of a call. A session is drawn by lot with the policy's `explore` and then stays on its route, for
 * a control must not be moved; otherwise the strategy decides, and where routing is sticky a session only ever moves
 * to a stronger route. The same session gets the same draw everywhere and at every turn.
 */
export function decideRoute(policy: RoutingPolicy, seeker: RouteSeeker): RouteDecision {
  const wish = wishOf(policy, seeker);
  const kept = seeker.kept?.releaseId === seeker.releaseId ? seeker.kept : null;
  const action = kept?.action ?? drawAction(policy, seeker);
  const base = {
    policy,
    intended: wish.route,
    action,
    propensities: propensitiesOf(policy),
    isFirst: kept === null,
    score: wish.score,
    characters: seeker.features.characters,
  };
  if (action !== ROUTED) return { ...base, start: routeIndex(policy, action), why: "drawn by lot as a control" };
  if (kept === null || !policy.sticky || wish.route > kept.level) {
    const raised = kept !== null && policy.sticky ? `${wish.why}, above the route of earlier turns` : wish.why;
    return { ...base, start: wish.route, why: raised };
  }
  return { ...base, start: kept.level, why: "the session's route" };
}

/** Each route with the share of a fair lot among the explored, and the strategy with the rest. */
export function propensitiesOf({ routes, explore }: RoutingPolicy): Readonly<Record<string, number>> {
  const share = explore / routes.length;
  return Object.fromEntries([[ROUTED, 1 - explore], ...routes.map(({ name }) => [name, share] as const)]);
}

/** Two independent draws: whether, and which. */
function drawAction({ explore, routes }: RoutingPolicy, { digest, unit }: RouteSeeker): string {
  if (explore <= 0 || hmacUnit(digest, `routing explore\n${unit}`) >= explore) return ROUTED;
  return routes[Math.floor(hmacUnit(digest, `routing route\n${unit}`) * routes.length)]?.name ?? ROUTED;
}

interface Wish {
  readonly route: number;
  readonly why: string;
  readonly score: number | null;
}

function wishOf(policy: RoutingPolicy, { features, digest, unit }: RouteSeeker): Wish {
  const { strategy, routes } = policy;
  switch (strategy.type) {
    case "rules": {
      const rule = matchRules(strategy.rules, features);
      const name = (rule === null ? undefined : strategy.rules[rule]?.route) ?? strategy.otherwise;
      return { route: routeIndex(policy, name), why: rule === null ? "no rule fits" : `rule ${rule + 1}`, score: null };
    }
    case "classifier": {
      const { score, parts } = complexityOf(features);
      const told = parts.map(({ name, points }) => `${name} ${points.toFixed(0)}`).join(", ");
      return { route: aboveOf(policy, strategy.thresholds, score), why: `score ${score} (${told})`, score };
    }
    case "length": {
      const { characters } = features;
      return { route: aboveOf(policy, strategy.thresholds, characters), why: `${characters} characters`, score: null };
    }
    case "random": {
      const drawn = hmacUnit(digest, `routing random\n${unit}`);
      return { route: drawShare(policy, strategy.shares, drawn), why: "drawn by shares", score: null };
    }
    default:
      return { route: 0, why: `starts with ${nameAt(routes, 0)}`, score: null };
  }
}

/** The strongest route whose threshold is reached; the first one where none is. */
function aboveOf(policy: RoutingPolicy, thresholds: readonly RouteThreshold[], value: number): number {
  const reached = thresholds.filter(({ from }) => value >= from).map(({ route }) => routeIndex(policy, route));
  return Math.max(0, ...reached);
}

function drawShare(
  policy: RoutingPolicy,
  shares: readonly { readonly route: string; readonly share: number }[],
  drawn: number,
): number {
  let sum = 0;
  for (const { route, share } of shares) {
    sum += share;
    if (drawn < sum) return routeIndex(policy, route);
  }
  return routeIndex(policy, shares.at(-1)?.route ?? nameAt(policy.routes, 0));
}

const nameAt = (routes: readonly RoutingRoute[], index: number): string => routes[index]?.name ?? "";
