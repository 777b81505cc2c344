import type { Certificate } from "./certification.ts";
import { scoreOf } from "./logistic-model.ts";
import type { PairFeatures } from "./pair-features.ts";

/**
 * Whether a pair is one of those that a certificate speaks of: it scores more than the threshold, and is no less alike than
 * the least alike pair that was audited. A score that was fitted on pairs of one similarity knows nothing of others.
 */
export const isCertified = (
  { model, threshold, leastSimilarity }: Pick<Certificate, "model" | "threshold" | "leastSimilarity">,
  features: PairFeatures,
): boolean => (features[0] ?? -1) >= leastSimilarity && scoreOf(model, features) > threshold;
