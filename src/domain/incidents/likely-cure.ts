import type { Change } from "../changes/change.ts";
import type { FailingParts } from "./failing-parts.ts";
import { isFailingRelease, touches } from "./touches.ts";

/** A trouble that is getting well. Times are epoch milliseconds. */
export interface CureTerms {
  readonly startedAt: number;
  /** By when it was well: the change was before that. */
  readonly wellBy: number;
  readonly failing: FailingParts;
}

/**
 * The change that a recovery is owed to: the latest that came after the trouble began and before it was well, and that touches what
 * failed: a release that failed lost its traffic, a model that failed is gone around, its settings were changed. `null`: it
 * recovers, and nobody knows why.
 */
export function likelyCure(changes: readonly Change[], terms: CureTerms): Change | null {
  const { startedAt, wellBy, failing } = terms;
  const cures = changes
    .filter(({ at }) => at > startedAt && at <= wellBy)
    .filter((change) => canCure(change, failing))
    .toSorted((one, other) => other.at - one.at);
  return cures[0] ?? null;
}

/**
 * What was done against a trouble so far by taking a candidate back: the latest withdrawal since it began of a release that fails.
 * It is no word on whether that helped.
 */
export const withdrawalSince = (
  changes: readonly Change[],
  { startedAt, failing }: Pick<CureTerms, "startedAt" | "failing">,
): Change | null =>
  changes
    .filter(({ at, moves }) => at > startedAt && moves !== undefined && moves.isBack)
    .filter((change) => canCure(change, failing))
    .toSorted((one, other) => other.at - one.at)[0] ?? null;

function canCure(change: Change, failing: FailingParts): boolean {
  const { kind, moves } = change;
  if (!touches(change, failing)) return false;
  switch (kind) {
    case "rollout":
      return moves !== undefined && failing.releases.size > 0 && isFailingRelease(moves.from, failing, moves.to);
    case "project":
    case "switch":
    case "flag":
      return true;
    default:
      return false;
  }
}
