import { MOST_ROLLOUTS } from "../../delivery/roll-back.ts";
import type { RollBackTerms } from "../../domain/now/roll-back-action.ts";
import { releaseName } from "../../domain/release/release.ts";
import { isWithdrawing } from "../../domain/rollout/rollout.ts";
import type { Rollout } from "../../domain/rollout/rollout.ts";
import { wayBack } from "../../domain/rollout/way-back.ts";
import type { WayBack } from "../../domain/rollout/way-back.ts";
import { servedRollout } from "../../domain/traffic/route.ts";
import type { Route } from "../../domain/traffic/route.ts";
import type { NowSources } from "./now-sources.ts";

/** What is read to say what rolling back would do. */
export type RollBackSources = Pick<NowSources, "changes" | "rollouts" | "releases" | "isResolvable" | "clock">;

/** Most way backs are found among so few of the newest rollouts of an endpoint. */
const NEWEST = 30;

/** What rolling an endpoint back would do: first what gets traffic here, then what the store tells, as the command does it. */
export async function gatherRollBack(sources: RollBackSources, route: Route): Promise<RollBackTerms> {
  const { channel, stable } = route;
  const served = servedRollout(route);
  if (served !== null && (route.split !== null || route.draining !== null)) return inTraffic(route);
  const rollouts = await sources.rollouts.list({ ...channel, limit: NEWEST });
  if (served !== null) return unseen(route, rollouts);
  const at = { stable: stable.id, now: sources.clock.now() };
  const near = wayBack({ ...at, rollouts });
  // The promotion may lie further back than the newest rollouts.
  const isKnown = near.way !== "return" || near.promoted !== null || rollouts.length < NEWEST;
  const way = isKnown
    ? near
    : wayBack({ ...at, rollouts: await sources.rollouts.list({ ...channel, limit: MOST_ROLLOUTS }) });
  return way.way === "take-back" ? underWay(sources, way.rollout) : returning(sources, route, way);
}

function inTraffic({ stable, split, draining }: Route): RollBackTerms {
  if (split !== null) {
    return {
      way: "ramping",
      candidate: releaseName(split.candidate),
      stable: releaseName(stable),
      weight: split.weight,
      sessions: split.onRollback?.rule ?? "next_turn",
    };
  }
  return {
    way: "promoted",
    candidate: releaseName(stable),
    stable: draining === null ? releaseName(stable) : releaseName(draining.previous),
    sessions: draining?.onRollback?.rule ?? "next_turn",
  };
}

function unseen({ stable, shadow, preview }: Route, rollouts: readonly Rollout[]): RollBackTerms {
  const candidate = (shadow ?? preview)?.candidate ?? stable;
  const rolloutId = (shadow ?? preview)?.rolloutId;
  const isDark = rollouts.some(({ id, plan }) => id === rolloutId && plan.strategy === "dark");
  const way = shadow !== undefined ? "shadow" : isDark ? "dark" : "preview";
  return { way, candidate: releaseName(candidate), stable: releaseName(stable) };
}

/** A rollout that gets no traffic here: its candidate is leaving, or has just become stable. */
async function underWay({ changes }: RollBackSources, rollout: Rollout): Promise<RollBackTerms> {
  const names = {
    candidate: await changes.rollouts.nameOf(rollout.candidate),
    stable: await changes.rollouts.nameOf(rollout.stable),
  };
  if (isWithdrawing(rollout.phase)) return { ...names, way: "leaving" };
  if (rollout.pointerMoved) return { ...names, way: "promoted", sessions: "next_turn" };
  return { ...names, way: "preview" };
}

type Return = Extract<WayBack, { readonly way: "return" }>;

async function returning(
  { changes, releases, isResolvable }: RollBackSources,
  { channel, stable }: Route,
  { promoted, taken }: Return,
): Promise<RollBackTerms> {
  const before = promoted === null ? null : await releases.byId(promoted.stable);
  return {
    way: "return",
    candidate: releaseName(stable),
    stable: promoted === null ? null : await changes.rollouts.nameOf(promoted.stable),
    isGone: promoted !== null && (before === null || !isResolvable(before, channel.environment)),
    taken: taken === null ? null : { release: await changes.rollouts.nameOf(taken.left), at: taken.at, by: taken.by },
  };
}
