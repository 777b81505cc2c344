import { isAbout, subjectOf } from "../limits/call-subjects.ts";
import type { CallFilter, CallSubjects, Per } from "../limits/call-subjects.ts";

/** How long a budget counts before it begins again, in UTC; `total` never does. */
export type BudgetWindow = "hour" | "day" | "month" | "total";

/**
 * What becomes of a call that does not fit: it is refused, waits while calls under way hold what is missing, or is
 * answered by something cheaper.
 */
export type AtLimit = "refuse" | "queue" | "degrade";

/** One budget as configured. Every call that it is about takes from the account of its subject. */
export interface BudgetRule {
  readonly name: string;
  readonly per: Per;
  readonly window: BudgetWindow;
  /** Pico-dollars. */
  readonly limitPico: bigint;
  readonly only: CallFilter;
  readonly atLimit: AtLimit;
  /**
   * By endpoint, the endpoint whose stable release answers its calls where `atLimit` is `degrade`. Absent, and for endpoints
   * that it lacks: the call asks only those models of its own release that it can pay.
   */
  readonly degradeTo?: Readonly<Record<string, string>>;
  /** What happens while nobody can say what is left: calls are refused, or go on and are counted later. */
  readonly whenUnreachable: "refuse" | "allow";
}

/** One budget of one subject in one window. */
export interface BudgetAccount {
  /** Unique over all replicas: budget, subject and the beginning of the window. */
  readonly id: string;
  readonly budget: string;
  readonly subject: string;
  readonly per: Per;
  readonly window: BudgetWindow;
  /** Epoch milliseconds; `null` for a budget without an end. */
  readonly endsAt: number | null;
  readonly limitPico: bigint;
  readonly atLimit: AtLimit;
  /** As in the rule. */
  readonly degradeTo?: Readonly<Record<string, string>>;
  readonly whenUnreachable: "refuse" | "allow";
}

/** Beginning and end of the window around `now`, epoch milliseconds UTC. */
export function windowAt(
  window: BudgetWindow,
  now: number,
): { readonly startsAt: number; readonly endsAt: number | null } {
  const HOUR = 3_600_000;
  const DAY = 24 * HOUR;
  if (window === "total") return { startsAt: 0, endsAt: null };
  if (window === "month") {
    const date = new Date(now);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
    return { startsAt: Date.UTC(year, month), endsAt: Date.UTC(year, month + 1) };
  }
  const length = window === "hour" ? HOUR : DAY;
  const startsAt = Math.floor(now / length) * length;
  return { startsAt, endsAt: startsAt + length };
}

/** The account of a subject at a time. Changing the amount of a budget keeps its account. */
export function accountOf(rule: BudgetRule, subject: string, now: number): BudgetAccount {
  const { startsAt, endsAt } = windowAt(rule.window, now);
  const { name, per, window, limitPico, atLimit, degradeTo, whenUnreachable } = rule;
  const id = `${name}|${per}|${window}|${startsAt}|${subject}`;
  const account = { id, budget: name, subject, per, window, endsAt, limitPico, atLimit, whenUnreachable };
  return degradeTo === undefined ? account : { ...account, degradeTo };
}

/** The accounts that a call takes from. */
export function accountsOf(rules: readonly BudgetRule[], call: CallSubjects, now: number): readonly BudgetAccount[] {
  return rules.flatMap((rule) => {
    const subject = isAbout(rule.only, call) ? subjectOf(rule.per, call) : null;
    return subject === null ? [] : [accountOf(rule, subject, now)];
  });
}
