import { logBetaMixture } from "./beta-mixture.ts";
import type { WeightedCounts } from "./beta-mixture.ts";

/** Concentration of the prior: how far an assignment may be off before the test grows. */
const KAPPA = 100;

/** Level of the sample-ratio test; a crossing is a hold. */
export const SAMPLE_RATIO_ALPHA = 0.001;

/**
 * ln of the e-value against "sessions were assigned with the planned weight": the product over epochs of a
 * Beta mixture on each epoch's assigned sessions.
 */
export const logSampleRatio = (epochs: readonly WeightedCounts[]): number =>
  epochs.reduce((sum, counts) => sum + logBetaMixture(counts, KAPPA), 0);
