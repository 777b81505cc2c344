import type { ModelTarget } from "../release/release.ts";

/** One of the ways a session may be served: a name for people and the model behind it. */
export interface RoutingRoute {
  readonly name: string;
  readonly target: ModelTarget;
}

/** Bounds that hold inclusively; `null` is open. */
export interface Bounds {
  readonly least: number | null;
  readonly most: number | null;
}

/** What a rule can ask of a request. `tokens` are estimated as a quarter of the characters. */
export type RoutingCondition =
  | ({ readonly type: "characters" | "tokens" | "tools" | "images" | "turns" } & Bounds)
  | { readonly type: "language" | "format" | "keys" | "tenants"; readonly anyOf: readonly string[] }
  | { readonly type: "label"; readonly name: string; readonly anyOf: readonly string[] };

/** The first rule whose conditions all hold names the route. */
export interface RoutingRule {
  readonly route: string;
  readonly when: readonly RoutingCondition[];
}

/** From this value on, the route is taken. */
export interface RouteThreshold {
  readonly route: string;
  readonly from: number;
}

/** Log-probabilities below which an answer is not trusted, natural logarithms; `null` is not looked at. */
export interface LogprobFloor {
  readonly mean: number | null;
  readonly least: number | null;
}

/** A model that gives an answer a mark from 0 to 10. */
export interface JudgePolicy {
  readonly target: ModelTarget;
  /** Marks below it escalate. */
  readonly least: number;
  /** What the judge is told to look for. */
  readonly criteria: string;
}

/** What makes a cascade ask a stronger model. */
export interface Verifiers {
  /** Whether a finding of the answer checks escalates. */
  readonly checks: boolean;
  readonly logprobs: LogprobFloor | null;
  readonly judge: JudgePolicy | null;
}

/** How a session's route is chosen. */
export type RoutingStrategy =
  | { readonly type: "rules"; readonly rules: readonly RoutingRule[]; readonly otherwise: string }
  /** `version` is that of the score: another one is another strategy. */
  | { readonly type: "classifier"; readonly version: 1; readonly thresholds: readonly RouteThreshold[] }
  | { readonly type: "length"; readonly thresholds: readonly RouteThreshold[] }
  /** Shares of sessions, which sum to 1. */
  | { readonly type: "random"; readonly shares: readonly { readonly route: string; readonly share: number }[] }
  | { readonly type: "cascade"; readonly verifiers: Verifiers };

/** How a release spreads its sessions over several models. */
export interface RoutingPolicy {
  /** From the cheapest to the strongest, at least two; escalation goes towards the end. */
  readonly routes: readonly RoutingRoute[];
  readonly strategy: RoutingStrategy;
  /** Whether a session keeps its route, and is only ever moved to a stronger one. */
  readonly sticky: boolean;
  /** Share of sessions that go to a route drawn by lot, in [0, 1): what the controls of the report are estimated from. */
  readonly explore: number;
}

/** The action of a session that follows the strategy; no route has this name. */
export const ROUTED = "routed";

/** Position of a route among a policy's routes; throws for a name that is none, which configuration has excluded. */
export function routeIndex(policy: Pick<RoutingPolicy, "routes">, name: string): number {
  const index = policy.routes.findIndex((route) => route.name === name);
  if (index < 0) throw new TypeError(`There is no route ${JSON.stringify(name)}.`);
  return index;
}
