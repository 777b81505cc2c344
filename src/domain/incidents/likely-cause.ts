import type { Change, ChangeKind } from "../changes/change.ts";
import { isOfBreaker } from "../changes/breaker-change.ts";
import { isFullBudget } from "../changes/changes-of-spend.ts";
import { unknownParts } from "./failing-parts.ts";
import type { FailingParts } from "./failing-parts.ts";
import { isFailingRelease, touches } from "./touches.ts";

/** When a trouble began, and what fails. */
export interface TroubleTerms {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Empty is the whole environment. */
  readonly endpoints: readonly string[];
  /** Absent: nothing is known of what fails but the endpoints. */
  readonly failing?: FailingParts;
}

/** Changes that people and rollouts make to how calls are answered. */
const DELIBERATE: ReadonlySet<ChangeKind> = new Set(["rollout", "project", "flag", "switch", "provider"]);
/** Changes that now and then have to do with a trouble. */
const OTHERS: ReadonlySet<ChangeKind> = new Set(["prices", "pause", "budget", "key"]);

const MINUTE_MS = 60_000;
/** How long before the trouble a change may have been, and how near it must be to come before a provider's own trouble, ms. */
const BEFORE_MS = 60 * MINUTE_MS;
const NEAR_MS = 15 * MINUTE_MS;
/** A breaker opens some failures after the first one, ms. */
const BREAKER_MS = 2 * MINUTE_MS;
/** A change takes hold while calls are under way that arrived before it, ms. */
const HOLD_MS = 2_000;

/**
 * The change that is the likeliest cause of a trouble: the latest before it that can have caused it (it touches what
 * fails). A provider's own trouble comes before what is more than a quarter of an hour old. What takes a candidate back causes no
 * trouble, and what came after the beginning neither. `null` where nothing changed. A guess, and told as one.
 */
export function likelyCause(changes: readonly Change[], trouble: TroubleTerms): Change | null {
  const { startedAt, endpoints, failing = unknownParts(endpoints) } = trouble;
  const before = changes
    .filter((change) => change.at >= startedAt - BEFORE_MS && change.at <= startedAt + slackOf(startedAt))
    .filter((change) => canCause(change, failing));
  const spent = before.filter((change) => isOfBudgets(change, failing));
  if (failing.budgets !== undefined && spent.length > 0) return latest(spent);
  const deliberate = before.filter((change) => DELIBERATE.has(change.kind) && !isOfBreaker(change));
  const breakers = changes.filter(
    (change) =>
      isOfBreaker(change) &&
      change.weight !== "ok" &&
      Math.abs(change.at - startedAt) <= (change.at > startedAt ? BREAKER_MS : NEAR_MS) &&
      touches(change, failing),
  );
  return (
    latest(deliberate.filter(({ at }) => at >= startedAt - NEAR_MS)) ??
    earliest(breakers) ??
    latest(deliberate) ??
    latest(before.filter(({ kind }) => OTHERS.has(kind)))
  );
}

/** A time without seconds is that of a whole minute. */
const slackOf = (at: number): number => (at % MINUTE_MS === 0 ? MINUTE_MS : HOLD_MS);

function canCause(change: Change, failing: FailingParts): boolean {
  const { kind, weight, moves, id } = change;
  if (weight === "ok" || !touches(change, failing)) return false;
  if (kind === "rollout")
    return moves !== undefined && !moves.isBack && isFailingRelease(moves.to, failing, moves.from);
  if (kind === "budget") return isFullBudget(change);
  // That a key was made refuses nobody.
  return kind !== "key" || !id.endsWith(":created");
}

/** Where budgets refuse more calls than fail otherwise, it is that one is spent, or was made smaller. */
const isOfBudgets = ({ kind, subject, paths }: Change, { budgets }: FailingParts): boolean =>
  budgets !== undefined &&
  (kind === "budget"
    ? subject !== undefined && budgets.has(subject)
    : kind === "project" &&
      paths?.some((path) => budgets.has(path.split(".")[1] ?? "") && path.startsWith("budgets.")) === true);

const latest = (changes: readonly Change[]): Change | null =>
  changes.toSorted((one, other) => other.at - one.at)[0] ?? null;

const earliest = (changes: readonly Change[]): Change | null =>
  changes.toSorted((one, other) => one.at - other.at)[0] ?? null;
