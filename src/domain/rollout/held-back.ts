import { listMetrics } from "./describe-effect.ts";
import { explainWithdrawal, quoted } from "./explain.ts";
import { isReturn } from "./is-return.ts";
import type { Phase, Rollout } from "./rollout.ts";
import { lastTold } from "./told-after.ts";

/** How a release went back last, or that it lost its A/B test. It is not begun again by itself: somebody has to say so. */
export interface HeldBack {
  /** The rollout that was withdrawn or lost, or the return that left the release after its promotion. */
  readonly rolloutId: string;
  readonly how: "rolled_back" | "aborted" | "lost";
  /** When that was decided, epoch milliseconds; `null` while it goes on and nobody told it. */
  readonly at: number | null;
  /** The name of a person's key, "somebody" where it is not known; `null` is the machine, by the evidence or the plan. */
  readonly by: string | null;
  /** The person's reason, or what was proven or passed; `null` where no reason is known. */
  readonly why: string | null;
}

const HOW: Readonly<Partial<Record<Phase, Exclude<HeldBack["how"], "lost">>>> = {
  rolling_back: "rolled_back",
  rolled_back: "rolled_back",
  aborting: "aborted",
  aborted: "aborted",
};

/**
 * How a release (its id) went back last, by the rollouts of its channel, newest first; `null` where the last word about it was
 * another one: it was promoted, observed without losing, superseded by a newer release, brought back, or is on its way. A
 * rollout that was cancelled before it started says nothing: what was said before it holds.
 */
export function heldBack(release: string, rollouts: readonly Rollout[]): HeldBack | null {
  for (const rollout of rollouts) {
    const how = HOW[rollout.phase];
    if (isReturn(rollout) && rollout.stable === release && how === undefined) return leftBy(rollout);
    if (rollout.candidate !== release || rollout.phase === "cancelled") continue;
    if (how === undefined) return rollout.phase === "completed" ? lostBy(rollout) : null;
    return withdrawnBy(rollout, how);
  }
  return null;
}

function leftBy(rollout: Rollout): HeldBack {
  const { id, createdAt, openedBy } = rollout;
  const told = lastTold(rollout, "promote");
  const by = told?.by ?? (openedBy?.kind === "key" ? openedBy.name : "somebody");
  return { rolloutId: id, how: "rolled_back", at: createdAt, by, why: told?.reason ?? null };
}

/** Users are better off without what stable has beaten in an A/B test. One that nobody won says nothing. */
function lostBy({ id, outcome, winner, endedAt, plan: { ab } }: Rollout): HeldBack | null {
  if (outcome !== "observed" || winner !== "stable" || ab === undefined) return null;
  const why = `stable is proven better by ${listMetrics([ab.goal])}`;
  return { rolloutId: id, how: "lost", at: endedAt, by: null, why };
}

function withdrawnBy(rollout: Rollout, how: HeldBack["how"]): HeldBack {
  const { id, outcome, endedAt } = rollout;
  if (outcome !== "command") return { rolloutId: id, how, at: endedAt, by: null, why: explainWithdrawal(rollout) };
  const told = lastTold(rollout, "rollback", "abort");
  return { rolloutId: id, how, at: told?.at ?? endedAt, by: told?.by ?? "somebody", why: told?.reason ?? null };
}

/** 'was rolled back at 2026-11-22 00:40:45 UTC by Ada ("Answers look wrong.")', to follow the name of the release. */
export function heldBackWords({ how, at, by, why }: HeldBack): string {
  if (how === "lost") return `lost its A/B test${at === null ? "" : ` at ${instantWords(at)}`}: ${why}`;
  const did = how === "rolled_back" ? "rolled back" : "aborted";
  const words = at === null ? `is being ${did}` : `was ${did} at ${instantWords(at)}`;
  if (by === null) return `${words} by itself${why === null ? "" : `: ${why}`}`;
  return `${words} by ${by}${why === null ? "" : ` (${quoted(why)})`}`;
}

/** "2026-11-22 00:40:45 UTC": it may be long ago. */
const instantWords = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
