import { isReturn } from "../rollout/is-return.ts";
import { isTerminal } from "../rollout/rollout.ts";
import type { Rollout } from "../rollout/rollout.ts";

/**
 * What became of a release in an environment: it serves (`stable`), goes out (`candidate`), served before (`was_stable`), or
 * its last rollout ended in another way. `unused` was never rolled out there.
 */
export type Fate =
  | "stable"
  | "candidate"
  | "was_stable"
  | "rolled_back"
  | "superseded"
  | "cancelled"
  | "observed"
  | "unused";

/** A release's fate, and the rollout that decided it. */
export interface ReleaseFate {
  readonly fate: Fate;
  /** Id of the rollout; `null` where there was none. */
  readonly rolloutId: string | null;
  /** Why it was rolled back, as the rollout has it; `null` for every other fate. */
  readonly outcome: Rollout["outcome"];
}

type Told = Pick<Rollout, "id" | "phase" | "outcome" | "stable" | "candidate" | "plan">;

/** What became of a release, by the rollouts of its channel, newest first. `stable` is the release id that serves now. */
export function fateOf(release: string, stable: string | null, rollouts: readonly Told[]): ReleaseFate {
  const own = rollouts.filter(({ candidate }) => candidate === release);
  const newest = own.find((rollout) => !isReturn(rollout)) ?? own[0];
  const as = (fate: Fate, outcome: Rollout["outcome"] = null): ReleaseFate => ({
    fate,
    rolloutId: newest?.id ?? null,
    outcome,
  });
  if (release === stable) return as("stable");
  if (newest === undefined) return as(rollouts.some((rollout) => rollout.stable === release) ? "was_stable" : "unused");
  if (!isTerminal(newest.phase)) return as("candidate");
  if (newest.phase === "superseded" || newest.phase === "cancelled") return as(newest.phase);
  if (newest.outcome === "observed") return as("observed");
  return newest.outcome === "promoted" ? as("was_stable") : as("rolled_back", newest.outcome);
}
