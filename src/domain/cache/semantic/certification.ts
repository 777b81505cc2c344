import { alarmAfter, alarmShare, CALM } from "./audit-alarm.ts";
import type { AlarmSums } from "./audit-alarm.ts";
import { areTerms, CERTIFYING_SHARE } from "./certification-terms.ts";
import type { CertificationTerms } from "./certification-terms.ts";
import { coinOf } from "./coin.ts";
import type { Cut } from "./find-threshold.ts";
import { isCertified } from "./is-certified.ts";
import type { LogisticModel, Sample } from "./logistic-model.ts";
import { isPairFeatures } from "./pair-features.ts";
import type { PairFeatures } from "./pair-features.ts";
import { refitted } from "./refit.ts";

/** What is in force while the cache is open: hits are pairs whose score exceeds the threshold. */
export interface Certificate extends Cut {
  readonly model: LogisticModel;
  /** Which test it passed, from 1, and at which level. */
  readonly test: number;
  readonly alpha: number;
  /** Share of the certifying audits that were above the threshold. */
  readonly hitShare: number;
  /** Similarity of the least alike pair among them: nothing less alike is a hit. */
  readonly leastSimilarity: number;
  readonly at: number;
}

/** Why a cache that was open is not. */
export type Closing = "errors" | "judge" | "embedder" | "bound" | "operator" | "feedback";

/** What happened to a certification; `at` in epoch milliseconds is shown and never computed with. */
export type CertificationEvent = { readonly at: number } & (
  | { readonly type: "start"; readonly terms: CertificationTerms }
  | { readonly type: "stop" | "refit" }
  | { readonly type: "alarm"; readonly reason: "operator" | "feedback" }
  | (Labelled & { readonly type: "audit"; readonly id: string; readonly judge: string })
  | (Labelled & { readonly type: "label" })
);

interface Labelled {
  readonly embedder: string;
  readonly features: PairFeatures;
  readonly isCorrect: boolean;
}

/** Everything known about one group of partitions, as plain JSON. Only `reduceCertification` makes new ones. */
export interface Certification {
  readonly format: "rollward.certification/1";
  readonly phase: "off" | "collecting" | "open" | "closed";
  /** `null` only when it is off. */
  readonly terms: CertificationTerms | null;
  /** Oldest first. */
  readonly training: readonly Sample[];
  readonly certifying: readonly Sample[];
  /** Random audits taken in since this evidence began, and those of them that certify. */
  readonly audits: number;
  readonly certified: number;
  /** Tests so far. It never goes back while the judge and the embedder stay: α is spent over all of them. */
  readonly tests: number;
  /** `certified` when the score was fitted last. */
  readonly certifiedAtFit: number;
  /** Whether that score itself expected that no cut would pass, so that none was tested. */
  readonly isDoubtful: boolean;
  /** The last cut that failed a test; says why it is not open, or not more generous. */
  readonly failed: Cut | null;
  readonly certificate: Certificate | null;
  readonly alarm: AlarmSums;
  readonly closedBy: { readonly reason: Closing; readonly at: number } | null;
}

/** A certification that nobody has started. */
export const CERTIFICATION_OFF: Certification = {
  format: "rollward.certification/1",
  phase: "off",
  terms: null,
  training: [],
  certifying: [],
  audits: 0,
  certified: 0,
  tests: 0,
  certifiedAtFit: 0,
  isDoubtful: false,
  failed: null,
  certificate: null,
  alarm: CALM,
  closedBy: null,
};

/**
 * The next state: off → collecting → open → closed by an alarm → collecting. Pure, and the same for the same events in the
 * same order, so replicas that fold one log agree. Events that do not fit (another judge or embedder, features of another
 * form) change nothing. Throws RangeError on terms that are none.
 */
export function reduceCertification(state: Certification, event: CertificationEvent): Certification {
  switch (event.type) {
    case "start":
      return started(state, event.terms, event.at);
    case "stop":
      return CERTIFICATION_OFF;
    case "alarm":
      return state.certificate === null ? state : closed(state, { reason: event.reason, at: event.at });
    case "refit":
      return refitted(state, event.at);
    case "label":
      return fits(state, event) ? withTraining(state, event) : state;
    default:
      return fits(state, event) && event.judge === state.terms?.judge ? audited(state, event) : state;
  }
}

/** The probability with which the next lookup that has a candidate is audited; drawn before anything is decided about it. */
export function auditRate({ phase, terms }: Certification): number {
  if (terms === null) return 0;
  return phase === "open" ? terms.openRate : terms.collectingRate;
}

function started(state: Certification, terms: CertificationTerms, at: number): Certification {
  if (!areTerms(terms)) throw new RangeError("These are no terms of a certification.");
  const old = state.terms;
  if (old === null) return { ...CERTIFICATION_OFF, phase: "collecting", terms };
  const changed = old.embedder !== terms.embedder ? "embedder" : isOtherJudge(old, terms) ? "judge" : null;
  if (changed !== null) {
    const isOpen = state.certificate !== null;
    const closedBy = isOpen ? { reason: changed as Closing, at } : state.closedBy;
    return { ...CERTIFICATION_OFF, phase: isOpen ? "closed" : "collecting", terms, closedBy };
  }
  const next = { ...state, terms };
  const isPromised = state.certificate !== null && state.certificate.upper <= terms.bound && terms.alpha >= old.alpha;
  if (state.certificate === null || isPromised) return next;
  // Nothing is wrong with the evidence: it only proves less than is asked for now.
  const { certifying, certifiedAtFit } = state;
  return { ...closed(next, { reason: "bound", at }), certifying, certifiedAtFit };
}

/** A calibration is part of a judge: a bound that was corrected by another one proves nothing now. */
const isOtherJudge = (old: CertificationTerms, terms: CertificationTerms): boolean =>
  old.judge !== terms.judge || JSON.stringify(old.calibration) !== JSON.stringify(terms.calibration);

/** Shut, with the certifying evidence of before put away: it may be of another world. */
const closed = (state: Certification, closedBy: NonNullable<Certification["closedBy"]>): Certification => ({
  ...state,
  phase: "closed",
  certifying: [],
  certifiedAtFit: state.certified,
  isDoubtful: false,
  failed: null,
  certificate: null,
  alarm: CALM,
  closedBy,
});

const fits = ({ terms, phase }: Certification, { embedder, features }: Labelled): boolean =>
  phase !== "off" && embedder === terms?.embedder && isPairFeatures(features);

const withTraining = (state: Certification, { features, isCorrect }: Labelled): Certification => ({
  ...state,
  training: windowed(state.training, { x: features, isCorrect }, state.terms?.trainingWindow ?? 0),
});

const windowed = (samples: readonly Sample[], next: Sample, most: number): readonly Sample[] =>
  samples.length < most ? [...samples, next] : [...samples.slice(samples.length - most + 1), next];

function audited(state: Certification, event: Extract<CertificationEvent, { type: "audit" }>): Certification {
  const { features, isCorrect, id, at } = event;
  const certifies = coinOf(id, "split") < CERTIFYING_SHARE;
  const sample: Sample = { x: features, isCorrect };
  const counted: Certification = {
    ...(certifies ? state : withTraining(state, event)),
    phase: state.phase === "closed" ? "collecting" : state.phase,
    certifying: certifies ? windowed(state.certifying, sample, state.terms?.certifyingWindow ?? 0) : state.certifying,
    audits: state.audits + 1,
    certified: state.certified + Number(certifies),
  };
  const { certificate, terms } = state;
  if (certificate === null || terms === null || !isCertified(certificate, features)) {
    return counted;
  }
  // Either half of the audits may raise the alarm: the threshold stood before the audit came.
  const alarm = alarmAfter(state.alarm, terms.bound, isCorrect);
  return alarmShare(alarm) >= 1 ? closed(counted, { reason: "errors", at }) : { ...counted, alarm };
}
