import { isAbout, subjectOf } from "./call-subjects.ts";
import type { CallFilter, CallSubjects, Per } from "./call-subjects.ts";

/** So many in a time, refilled evenly. `amount` times `windowMs` is at most 2^53 / 4. */
export interface Rate {
  readonly amount: number;
  readonly windowMs: number;
  /** Most that may come at once, at least 1. */
  readonly burst: number;
}

/** One limit as configured; what is `null` is not limited. */
export interface LimitRule {
  readonly name: string;
  readonly per: Per;
  readonly only: CallFilter;
  readonly requests: Rate | null;
  readonly tokens: Rate | null;
  /** Calls of a subject under way at the same time. */
  readonly concurrent: number | null;
}

/** Whether calls over a limit wait, and in which order. */
export interface QueueRule {
  /** Calls that wait at the same time, on one server. */
  readonly calls: number;
  readonly longestWaitMs: number;
  /** Classes in their order: a call is of the first that is about it, else of a last one. */
  readonly classes: readonly CallFilter[];
}

/** What of a limit is counted. */
export type LimitKind = "requests" | "tokens" | "concurrent";

/** A limit that a call falls under. */
export interface LimitClaim {
  readonly rule: LimitRule;
  readonly subject: string;
}

/** The limits that a call falls under. */
export function claimsOf(rules: readonly LimitRule[], call: CallSubjects): readonly LimitClaim[] {
  return rules.flatMap((rule) => {
    const subject = isAbout(rule.only, call) ? subjectOf(rule.per, call) : null;
    return subject === null ? [] : [{ rule, subject }];
  });
}

/** A hundredth of the amount: over any window no more than 1 % above the rate is admitted. */
const BURST_PART = 100;

/** The burst of a rate that names none. */
export const defaultBurst = (amount: number): number => Math.max(1, Math.floor(amount / BURST_PART));

/** The part of a rate that one of several replicas may use by itself; at least one in the window. */
export const partOf = ({ amount, windowMs, burst }: Rate, replicas: number): Rate => ({
  amount: Math.max(1, Math.floor(amount / replicas)),
  windowMs,
  burst: Math.max(1, Math.floor(burst / replicas)),
});
