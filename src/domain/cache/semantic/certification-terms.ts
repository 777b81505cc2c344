import type { JudgeCalibration } from "./judge-bound.ts";

/** What a certification promises, and on what evidence. */
export interface CertificationTerms {
  /** Most wrong answers among hits, as a share in (0, 0.5]. */
  readonly bound: number;
  /** Probability that the promise is ever wrong, over all tests together. */
  readonly alpha: number;
  /** Share of lookups with a candidate that are audited while there are no hits: the model answers anyway. */
  readonly collectingRate: number;
  /** The same while there are hits: each audit costs one of them. */
  readonly openRate: number;
  /** Events kept to fit the score on, and audits kept to test it on; the oldest make room. */
  readonly trainingWindow: number;
  readonly certifyingWindow: number;
  /** Whose vectors the similarities are of (`Embedder.id`). */
  readonly embedder: string;
  /** Digest of the release that judges. */
  readonly judge: string;
  /** What is known of the judge; `null` takes it at its word. */
  readonly calibration: JudgeCalibration | null;
}

/** The terms where nothing else is said; embedder and judge have none. */
export const DEFAULT_TERMS: Omit<CertificationTerms, "embedder" | "judge"> = {
  bound: 0.05,
  alpha: 0.05,
  collectingRate: 1,
  openRate: 0.05,
  trainingWindow: 2_000,
  certifyingWindow: 4_000,
  calibration: null,
};

/** Share of the audits that certify; the others train the score. */
export const CERTIFYING_SHARE = 0.6;

/** Whether numbers are terms at all: shares in their ranges, windows that can be filled and stay small. */
export function areTerms(terms: CertificationTerms): boolean {
  const { bound, alpha, collectingRate, openRate, trainingWindow, certifyingWindow } = terms;
  const isShare = (value: number, most: number): boolean => value > 0 && value <= most;
  const isWindow = (value: number): boolean => Number.isSafeInteger(value) && value >= 10 && value <= 20_000;
  return (
    isShare(bound, 0.5) &&
    isShare(alpha, 0.5) &&
    isShare(collectingRate, 1) &&
    isShare(openRate, 1) &&
    isWindow(trainingWindow) &&
    isWindow(certifyingWindow)
  );
}
