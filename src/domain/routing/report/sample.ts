import { ROUTED } from "../routing-policy.ts";
import type { RoutedSession } from "./routed-session.ts";

/**
 * Sessions as columns, ready for estimation. Actions are numbers: the routes by their positions, and after them
 * `routed`, the strategy as a whole. Where no session ever moved, following the strategy and staying on the route that
 * it wants are the same thing, so such sessions count as their route and `routed` does not occur.
 */
export interface Sample {
  readonly n: number;
  readonly routes: readonly string[];
  /** Number of actions, `routed` included. */
  readonly actions: number;
  readonly isMerged: boolean;
  readonly action: Uint8Array;
  /** Of session i and action a at `i * actions + a`. */
  readonly propensity: Float64Array;
  readonly intended: Uint8Array;
  readonly characters: Float64Array;
  /** 1 for good. */
  readonly quality: Float64Array;
  readonly costUsd: Float64Array;
  /** Group for the outcome model: sessions alike in length and in what the strategy wants. */
  readonly group: Uint8Array;
  readonly groups: number;
  /** Sessions that were drawn by lot, by route. */
  readonly drawn: readonly number[];
  /** Probability with which the lot gave each route to the newest session. */
  readonly lotShare: number;
}

/** Length is looked at in this many groups of equal size. */
const LENGTH_GROUPS = 3;

/**
 * Sessions that took a known action on one of `routes`, in their order. `mayMerge` is false for a strategy that does
 * more with a session than sending it to a route.
 */
export function sampleOf(routes: readonly string[], all: readonly RoutedSession[], mayMerge: boolean): Sample {
  const known = new Map([...routes, ROUTED].map((name, index) => [name, index]));
  const sessions = all.filter(({ action, intended }) => known.has(action) && known.has(intended));
  const n = sessions.length;
  const routed = routes.length;
  const actions = routes.length + 1;
  const isMerged = mayMerge && !sessions.some(({ hasMoved }) => hasMoved);
  const propensity = new Float64Array(n * actions);
  const intended = Uint8Array.from(sessions, (session) => known.get(session.intended) ?? 0);
  const drawn = Uint8Array.from(sessions, (session) => known.get(session.action) ?? 0);
  const action = drawn.map((own, index) => (isMerged && own === routed ? (intended[index] ?? 0) : own));
  for (const [index, { propensities }] of sessions.entries()) {
    for (const [name, position] of known) propensity[index * actions + position] = propensities[name] ?? 0;
    if (!isMerged) continue;
    const wanted = index * actions + (intended[index] ?? 0);
    propensity[wanted] = (propensity[wanted] ?? 0) + (propensity[index * actions + routed] ?? 0);
    propensity[index * actions + routed] = 0;
  }
  const characters = Float64Array.from(sessions, (session) => session.characters);
  const cuts = quantiles(characters, LENGTH_GROUPS);
  const lengthOf = (value: number): number => cuts.filter((cut) => value > cut).length;
  return {
    n,
    routes,
    actions,
    isMerged,
    action,
    propensity,
    intended,
    characters,
    quality: Float64Array.from(sessions, ({ isGood }) => (isGood ? 1 : 0)),
    costUsd: Float64Array.from(sessions, (session) => session.costUsd),
    group: intended.map((wanted, index) => wanted * LENGTH_GROUPS + lengthOf(characters[index] ?? 0)),
    groups: routes.length * LENGTH_GROUPS,
    drawn: routes.map((_, route) => drawn.reduce((sum, own) => sum + (own === route ? 1 : 0), 0)),
    lotShare: Math.min(...routes.map((name) => sessions.at(-1)?.propensities[name] ?? 0)),
  };
}

/** The values that divide a column into `parts` of about equal size, ascending; one fewer than parts. */
export function quantiles(values: Float64Array, parts: number): readonly number[] {
  const ordered = values.toSorted();
  return Array.from({ length: parts - 1 }, (_, index) => {
    const place = Math.floor(((index + 1) * ordered.length) / parts);
    return ordered[Math.min(place, Math.max(0, ordered.length - 1))] ?? 0;
  });
}
