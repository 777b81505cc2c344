import type { Certificate, Certification } from "./certification.ts";
import { spentAlpha } from "./exact-bounds.ts";
import { findThreshold } from "./find-threshold.ts";
import type { ScoredEvent } from "./find-threshold.ts";
import { boundBehind, leastSample } from "./judge-bound.ts";
import { isCertified } from "./is-certified.ts";
import { fitLogistic, scoreOf } from "./logistic-model.ts";
import type { LogisticModel, Sample } from "./logistic-model.ts";
import { planCuts } from "./plan-cuts.ts";
import type { TestTerms } from "./plan-cuts.ts";

/** Strength of the ridge on standardised weights, in samples: enough that rare guards do not run away. */
const RIDGE = 2;

/** Fewer events to learn from than this fit nothing but noise. */
const LEAST_TRAINING = 30;

/** The score is fitted again when the certifying evidence has grown by so much: soon where it was not worth a test. */
const GROWTH = 0.25;
const DOUBTFUL_GROWTH = 0.1;
const LEAST_GROWTH = 20;

/** A certificate that stands is only tested against one that is expected to let so many times as much through. */
const WORTH_A_TEST = 1.1;

/** What the next test is held to, and the share of α that it spends; `null` when it is off. */
export function nextTest({ terms, tests }: Certification): (TestTerms & { readonly alpha: number }) | null {
  if (terms === null) return null;
  const alpha = spentAlpha(terms.alpha, tests + 1);
  return { bound: terms.bound, boundOf: boundBehind(terms.calibration, alpha), alpha };
}

/** Certifying audits without which the next test cannot pass; `null` where no window of audits could prove the bound. */
export function leastCertifying(state: Certification): number | null {
  const test = nextTest(state);
  if (test === null || state.terms === null) return null;
  const least = leastSample(test.boundOf, test.bound, state.terms.certifyingWindow - 1);
  // One more than the cut: its threshold is the score of the next event.
  return least === null ? null : least + 1;
}

/** Events to learn from that the next test lacks. */
export const trainingMissing = ({ training }: Certification): number => Math.max(0, LEAST_TRAINING - training.length);

/** Certifying audits that the next test lacks; `null` where no number of them would do. */
export function certifyingMissing(state: Certification): number | null {
  const least = leastCertifying(state);
  if (least === null) return null;
  const grown = state.certified - state.certifiedAtFit;
  const share = state.isDoubtful ? DOUBTFUL_GROWTH : GROWTH;
  const growth = Math.max(LEAST_GROWTH, Math.ceil(state.certifying.length * share));
  return Math.max(0, least - state.certifying.length, growth - grown);
}

/** Whether enough has come in since the last test to make another one, which costs a part of α. */
export const isRefitDue = (state: Certification): boolean =>
  trainingMissing(state) === 0 && certifyingMissing(state) === 0;

/**
 * Fits the score on the training half and, where the score itself expects to get further than before, tests it on the other. A
 * certificate that stands stays unless the new one lets more through: one that fails to be confirmed is not refuted,
 * which is what the alarm is for.
 */
export function refitted(state: Certification, at: number): Certification {
  const test = nextTest(state);
  const model = test !== null && isRefitDue(state) ? fitLogistic(state.training, RIDGE) : null;
  if (test === null || model === null) return state;
  const events = scoredBy(model, state.certifying);
  const scores = events.map(({ score }) => score);
  // All of this is settled before a label of the certifying half is looked at, so it costs nothing.
  const standing = state.certificate === null ? 0 : shareAbove(state.certifying, state.certificate);
  const { sizes, reach } = planCuts(scores, scoredBy(model, state.training), test);
  const looked = { ...state, certifiedAtFit: state.certified, isDoubtful: sizes.length === 0 };
  if (reach <= WORTH_A_TEST * standing * events.length) return looked;
  const { passed, failed } = findThreshold(events, sizes, test);
  const tested = { ...looked, tests: state.tests + 1, failed };
  if (passed === null || passed.n / events.length <= standing) return tested;
  const hitShare = passed.n / events.length;
  const leastSimilarity = leastSimilarityAbove(state.certifying, { model, threshold: passed.threshold });
  const certificate: Certificate = {
    ...passed,
    model,
    leastSimilarity,
    test: tested.tests,
    alpha: test.alpha,
    hitShare,
    at,
  };
  return { ...tested, phase: "open", certificate, closedBy: null };
}

/** Samples with their scores, highest first. */
const scoredBy = (model: LogisticModel, samples: readonly Sample[]): readonly ScoredEvent[] =>
  samples
    .map(({ x, isCorrect }) => ({ score: scoreOf(model, x), isCorrect }))
    .toSorted((one, other) => other.score - one.score);

const shareAbove = (samples: readonly Sample[], certificate: Certificate): number =>
  samples.length === 0 ? 0 : samples.filter(({ x }) => isCertified(certificate, x)).length / samples.length;

/** The similarity of the least alike pair that scores more than a threshold. */
function leastSimilarityAbove(
  samples: readonly Sample[],
  { model, threshold }: { readonly model: LogisticModel; readonly threshold: number },
): number {
  const above = samples.filter(({ x }) => scoreOf(model, x) > threshold);
  return above.reduce((least, { x }) => Math.min(least, x[0] ?? 1), 1);
}
