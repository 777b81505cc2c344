import { isReturn } from "./is-return.ts";
import { isActive, isWithdrawing } from "./rollout.ts";
import type { Rollout } from "./rollout.ts";
import { lastTold } from "./told-after.ts";

/** A release that was taken back: its id, that of the one it was to replace, when (epoch ms) and by whom. */
export interface TakenBack {
  readonly left: string;
  readonly stable: string;
  readonly at: number;
  /** The name of a person's key, "somebody" where it is not known, or "itself". */
  readonly by: string;
}

/** What rolling an endpoint back would do. */
export type WayBack =
  /** The candidate of this rollout is taken back; one that is being taken back already stays so. */
  | { readonly way: "take-back"; readonly rollout: Rollout }
  /**
   * The pointer returns to the release before this promotion; `null`: there was none. `taken` was taken back just now, so
   * that this goes one release further back and somebody has to say that it is meant; `null` is none.
   */
  | { readonly way: "return"; readonly promoted: Rollout | null; readonly taken: TakenBack | null };

/** How an endpoint stands. `rollouts` are its own in one environment, newest first; `stable` is a release id; `now` epoch ms. */
export interface Standing {
  readonly rollouts: readonly Rollout[];
  readonly stable: string;
  readonly now: number;
}

/** For so long after a release was taken back somebody who rolls back may not have heard of it, ms. */
const UNHEARD_MS = 60 * 60_000;

/** Outcomes that nobody told it. */
const BY_ITSELF: ReadonlySet<Rollout["outcome"]> = new Set(["harm", "trigger", "provider_fault"] as const);

/** What rolling back would do at this moment: a pure function, asked by the command and by whoever says what it would do. */
export function wayBack({ rollouts, stable, now }: Standing): WayBack {
  // A return is no promotion to go back on: the command given twice must not bring the left release back.
  const own = rollouts.filter((rollout) => !isReturn(rollout));
  const rollout = own.find(({ phase }) => isActive(phase) || isWithdrawing(phase));
  if (rollout !== undefined) return { way: "take-back", rollout };
  const promotions = own.filter(({ outcome, candidate }) => outcome === "promoted" && candidate === stable);
  const promotedAt = promotions.reduce((latest, { endedAt }) => Math.max(latest, endedAt ?? 0), 0);
  const [last] = rollouts
    .flatMap((each) => takenBack(each) ?? [])
    .filter(({ at }) => at > promotedAt)
    .toSorted((a, b) => b.at - a.at);
  const isUnheard = last !== undefined && now - last.at <= UNHEARD_MS;
  return { way: "return", promoted: promotions[0] ?? null, taken: isUnheard ? last : null };
}

function takenBack(rollout: Rollout): TakenBack | null {
  const { outcome, endedAt, phase, stable, candidate, createdAt, openedBy } = rollout;
  if (isReturn(rollout)) {
    const by = openedBy?.kind === "key" ? openedBy.name : "somebody";
    return { left: stable, stable: candidate, at: createdAt, by };
  }
  if (endedAt === null) return null;
  const taken = { left: candidate, stable, at: endedAt };
  if (BY_ITSELF.has(outcome)) return { ...taken, by: "itself" };
  const isTold = outcome === "command" && (phase === "rolled_back" || phase === "aborted");
  return isTold ? { ...taken, by: lastTold(rollout, "rollback", "abort")?.by ?? "somebody" } : null;
}
