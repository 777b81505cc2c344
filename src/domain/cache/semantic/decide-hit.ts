import type { Certification } from "./certification.ts";
import { isCertified } from "./is-certified.ts";
import { scoreOf } from "./logistic-model.ts";
import type { PairFeatures } from "./pair-features.ts";

/** Whether a kept answer is given to another question, and why. */
export interface HitDecision {
  readonly serves: boolean;
  /** Estimated probability that the kept answer is right; `null` while nothing is certified. */
  readonly score: number | null;
  /** What the score had to exceed. */
  readonly threshold: number | null;
  readonly reason: "certified" | "below" | "off" | "collecting" | "closed";
}

/** Decides about a pair that was not audited. `raise` is the least score its caller wants, which only makes it harder. */
export function decideHit(state: Certification, features: PairFeatures, raise = 0): HitDecision {
  const { certificate, phase } = state;
  if (certificate === null || phase !== "open") {
    return { serves: false, score: null, threshold: null, reason: phase === "open" ? "collecting" : phase };
  }
  const score = scoreOf(certificate.model, features);
  const threshold = Math.max(certificate.threshold, raise);
  const serves = score > raise && isCertified(certificate, features);
  return { serves, score, threshold, reason: serves ? "certified" : "below" };
}
