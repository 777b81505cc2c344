import { fullJitterMs } from "../../kit/backoff.ts";
import type { RetryPolicy } from "../release/fault-policy.ts";
import type { FaultClass } from "./fault-class.ts";
import { MOST_SPREAD_MS } from "./key-pool.ts";

/** What is known when an attempt has failed. */
export interface FailedAttempt {
  readonly fault: FaultClass;
  /** How long the place has to be left alone, ms: what it asked for, or the rest of its only key; `null` is unsaid. */
  readonly askedMs: number | null;
  /** How long the attempt took, ms. */
  readonly tookMs: number;
  /** Attempts so far at this target in this call, at least 1. */
  readonly tries: number;
  /** Whether another key or deployment of the same target can be asked at once. */
  readonly hasOther: boolean;
  /** Whether another target of the chain could be asked. */
  readonly hasNext: boolean;
  /** Until the deadline that all attempts share, ms. */
  readonly remainingMs: number;
  /** In [0, 1). */
  readonly random: number;
}

/** What a call does after a failed attempt: `other` is another key or deployment of the same target. */
export type NextStep =
  | { readonly type: "retry"; readonly waitMs: number }
  | { readonly type: "other" }
  | { readonly type: "next" }
  | { readonly type: "stop" };

/** Faults after which another key or another deployment of the same model may do better. */
const ELSEWHERE: ReadonlySet<FaultClass> = new Set(["outage", "late", "gone", "rate-limit", "credentials"]);
/** Faults after which the same place may do better. */
const AGAIN: ReadonlySet<FaultClass> = new Set(["outage", "rate-limit"]);

/**
 * Whether a failed call asks the same place again, another one, or gives up. The same place is asked again only
 * after an outage that was not a timeout, or after a 429; only within the attempts of the policy; only if the wait
 * is worth it and ends before the deadline; not if the attempt alone has taken longer than a wait may while another
 * target could answer; and only if `mayRetry` (the budget and the breaker) agrees, which is asked last and at most
 * once.
 */
export function nextStep(policy: RetryPolicy, failed: FailedAttempt, mayRetry: () => boolean): NextStep {
  const { fault, hasOther, hasNext, remainingMs } = failed;
  if (fault === "final" || remainingMs <= 0) return STOP;
  if (hasOther && ELSEWHERE.has(fault)) return OTHER;
  const waitMs = AGAIN.has(fault) ? waitOf(policy, failed) : null;
  if (waitMs !== null && waitMs < remainingMs && mayRetry()) return { type: "retry", waitMs };
  return hasNext ? NEXT : STOP;
}

const STOP: NextStep = { type: "stop" };
const OTHER: NextStep = { type: "other" };
const NEXT: NextStep = { type: "next" };

/** How long to wait before the same place is asked again, ms; `null` when it is not. */
function waitOf(policy: RetryPolicy, { askedMs, tookMs, tries, hasNext, random }: FailedAttempt): number | null {
  if (tries >= policy.attempts || (hasNext && tookMs > policy.waitBeforeFallbackMs)) return null;
  const longestMs = hasNext ? policy.waitBeforeFallbackMs : policy.longestWaitMs;
  const backoffMs = fullJitterMs({ retry: tries - 1, firstMs: policy.firstWaitMs, longestMs, random });
  // What is asked for may come with a few milliseconds of spread on top.
  if (askedMs !== null) return askedMs <= longestMs + MOST_SPREAD_MS ? Math.max(askedMs, backoffMs) : null;
  return backoffMs;
}
