import type { LimitClaim, LimitKind, LimitRule } from "../domain/limits/limit-rule.ts";

/** How a limit stands after a call was let in or refused. */
export interface LimitState {
  readonly rule: LimitRule;
  readonly kind: "requests" | "tokens";
  /** What could be taken at once; never below 0. In a replica that shares the limit, what it holds of it. */
  readonly remaining: number;
  /** Until it is full again, ms. */
  readonly resetMs: number;
}

/** A call that was let in. */
export interface LimitPass {
  readonly states: readonly LimitState[];
  /**
   * The call is over and used so many tokens, or `null` where nothing was asked. With `only` it is over for these of its claims, and
   * the others stay open. A second time does nothing.
   */
  settle(tokens: number | null, only?: readonly LimitClaim[]): void;
}

/** A call that was not let in; nothing was taken for it from any limit. */
export interface LimitRefusal {
  readonly claim: LimitClaim;
  readonly kind: LimitKind;
  readonly retryAfterMs: number;
  /** How long it would have had to wait, where that is not `retryAfterMs`; `null` where nobody can say. */
  readonly estimateMs?: number | null;
  readonly states: readonly LimitState[];
}

/** Counts of the limiter of this replica. */
export interface LimiterCounts {
  /** Subjects that are kept in mind. */
  readonly meters: number;
  /** Whether limits are shared with other replicas at the moment. */
  readonly shared: boolean;
}

/** Lets calls in by all their limits at once, or by none. */
export interface Limiter {
  /** `tokens` is what the call is expected to use. */
  take(claims: readonly LimitClaim[], tokens: number): LimitPass | LimitRefusal | Promise<LimitPass | LimitRefusal>;
  counts(): LimiterCounts;
  close(): Promise<void>;
}

/** Whether a call was let in. */
export const isPass = (answer: LimitPass | LimitRefusal): answer is LimitPass => "settle" in answer;
