import { WEIGHTS } from "../changes/change.ts";
import type { SignalName } from "../alerts/signal.ts";
import type { Change, Weight } from "../changes/change.ts";
import type { HoldReason } from "../rollout/rollout.ts";
import type { ErrorAssessment } from "./assess-errors.ts";
import type { BudgetNow, OverBudget } from "./over-budget.ts";

/** What kind of thing is the matter. */
export type SituationName =
  | "well"
  | "quiet"
  | "degraded"
  | "failing"
  | "recovering"
  | "rolled-back"
  | "held"
  | "provider-trouble"
  | "switched"
  | "budget-exhausted"
  | "paused"
  | "frozen"
  | "alerting"
  | "unknown";

/** One thing that is the matter, as sentences of its own. */
export interface Situation {
  readonly situation: SituationName;
  readonly weight: Weight;
  readonly endpoint: string | null;
  /** Epoch milliseconds; `null` where nobody knows. */
  readonly since: number | null;
  readonly sentence: string;
  /** The same in one sentence, where `sentence` is longer. */
  readonly brief?: string;
  /** The change that it probably came from, and the one by which it probably gets well. */
  readonly cause?: Change;
  readonly cure?: Change;
  /** The budget that has no room, where it is one of all callers. */
  readonly budget?: BudgetNow;
  /** What it has done to users, where that is another time than since then, or the calls of one release alone. */
  readonly harm?: Harm;
}

/** Which calls a trouble has reached. Times are epoch milliseconds. */
export interface Harm {
  readonly since: number;
  /** `null` while it lasts. */
  readonly until: number | null;
  /** Name of the release whose calls they were; `null` is all. */
  readonly release: string | null;
}

/** A release that was taken back: a candidate, or by a person the stable one. */
export interface Withdrawal {
  readonly rollout: string;
  readonly candidate: string;
  /** Whether it was the stable release, which another one has taken the place of. */
  readonly isReturn: boolean;
  /** When it got its first sessions; `null` where nobody knows, or it was stable. */
  readonly startedAt: number | null;
  /** Its share of new sessions before. */
  readonly weight: number;
  readonly at: number;
  readonly isOver: boolean;
  /** By a person, or by the machine and why. */
  readonly cause: string;
  readonly by: string | null;
}

/** A rollout that goes on or waits. */
export interface RolloutNow {
  readonly id: string;
  readonly candidate: string;
  readonly weight: number;
  readonly holds: readonly HoldReason[];
  readonly heldSince: number | null;
}

/** An endpoint as it stands. Times are epoch milliseconds. */
export interface EndpointNow {
  readonly endpoint: string;
  readonly stable: string;
  /** `since` is to the second where the recorded calls say so. */
  readonly errors: ErrorAssessment;
  /** When it got well, where it did. */
  readonly until: number | null;
  /** The change that its errors probably came from; `null` where none can have caused them. */
  readonly cause: Change | null;
  /** The change that its recovery is probably owed to. */
  readonly cure: Change | null;
  /** What was taken back against its errors, whether or not that helped. */
  readonly answer: Change | null;
  /** Calls of the last five minutes by what served them. */
  readonly served: { readonly calls: number; readonly fallback: number };
  /** Of those the ones that budgets have refused. */
  readonly overBudget: OverBudget;
  readonly rollout: RolloutNow | null;
  readonly withdrawn: Withdrawal | null;
  /** Models (`provider/model`) that calls go around because a person said so. */
  readonly switched: readonly { readonly model: string; readonly since: number; readonly by: string }[];
  /** Models of its chain whose breakers are open. */
  readonly away: readonly { readonly model: string; readonly since: number | null }[];
}

/** An alert that fires. */
export interface AlertNow {
  readonly rule: string;
  /** The signal that its rule watches; absent where it is of another system, or the rule is gone. */
  readonly about?: SignalName;
  /** `provider/model` that it is about. */
  readonly model?: string;
  readonly weight: Weight;
  readonly endpoint: string | null;
  readonly since: number;
  /** Since when the calls are well that it tells of, which looks at a longer time; absent while they are not. */
  readonly wellSince?: number;
  readonly summary: string;
  readonly acknowledged: { readonly by: string; readonly at: number } | null;
}

/** What a situation is told from. */
export interface NowFacts {
  readonly now: number;
  /** In the order of their names. */
  readonly endpoints: readonly EndpointNow[];
  readonly alerts: readonly AlertNow[];
  readonly pauses: readonly {
    readonly calls: string;
    readonly isAll: boolean;
    readonly endpoint: string | null;
    readonly since: number;
    readonly by: string;
    readonly reason: string;
  }[];
  readonly freezes: readonly { readonly what: string; readonly since: number; readonly by: string }[];
  /** Why the database is of no use; `null` where it is. */
  readonly database: { readonly trouble: string; readonly since: number | null } | null;
}

/** How much each kind weighs among those of the same weight, the worst first. */
const RANKS: readonly SituationName[] = [
  "unknown",
  "failing",
  "paused",
  "budget-exhausted",
  "degraded",
  "recovering",
  "provider-trouble",
  "alerting",
  "rolled-back",
  "held",
  "switched",
  "frozen",
  "quiet",
  "well",
];

/** The worst first; of two alike the one that is newer by its beginning comes later. */
export const byWeight = (one: Situation, other: Situation): number =>
  WEIGHTS.indexOf(one.weight) - WEIGHTS.indexOf(other.weight) ||
  RANKS.indexOf(one.situation) - RANKS.indexOf(other.situation) ||
  (one.since ?? Number.POSITIVE_INFINITY) - (other.since ?? Number.POSITIVE_INFINITY) ||
  ((one.endpoint ?? "") < (other.endpoint ?? "") ? -1 : 1);
