import { alarmShare } from "./audit-alarm.ts";
import type { Certificate, Certification } from "./certification.ts";
import { CERTIFYING_SHARE } from "./certification-terms.ts";
import type { Cut } from "./find-threshold.ts";
import { certifyingMissing, leastCertifying, nextTest, trainingMissing } from "./refit.ts";

/** Why there are no hits. */
export type Silence =
  | "off"
  /** Too few audits yet for any test to pass, or for the next test. */
  | "needs-audits"
  /** The strictest cut of the last test held too many errors, or the score expects that: more audits, a better embedder, or never. */
  | "too-many-errors"
  /** No number of audits that is kept could prove this bound with this judge. */
  | "out-of-reach";

/** What people are told about a certification. */
export interface Standing {
  readonly phase: Certification["phase"];
  /** `null` while it is open. */
  readonly silence: Silence | null;
  /** At least so many further audits until it can open, if none of them finds an error; `null` where that is no question. */
  readonly missingAudits: number | null;
  /** Audits taken in, and what of them is kept for each purpose. */
  readonly audits: number;
  readonly training: number;
  readonly certifying: number;
  readonly tests: number;
  readonly bound: number | null;
  readonly certificate: Omit<Certificate, "model"> | null;
  /** The cut that failed the last test. */
  readonly failed: Cut | null;
  /** Way to an alarm, 0 to 1; 0 unless open. */
  readonly alarm: number;
  readonly closedBy: Certification["closedBy"];
}

/** Describes a certification: how it stands and what is missing. */
export function standingOf(state: Certification): Standing {
  const { phase, terms, audits, tests, failed, closedBy } = state;
  return {
    phase,
    silence: silenceOf(state),
    missingAudits: missingAudits(state),
    audits,
    training: state.training.length,
    certifying: state.certifying.length,
    tests,
    bound: terms?.bound ?? null,
    certificate: state.certificate === null ? null : withoutModel(state.certificate),
    failed,
    alarm: state.certificate === null ? 0 : Math.min(1, alarmShare(state.alarm)),
    closedBy,
  };
}

const withoutModel = ({ model: _, ...certificate }: Certificate): Omit<Certificate, "model"> => certificate;

function silenceOf(state: Certification): Silence | null {
  if (state.terms === null) return "off";
  if (state.certificate !== null) return null;
  if (leastCertifying(state) === null) return "out-of-reach";
  return state.failed === null && !state.isDoubtful ? "needs-audits" : "too-many-errors";
}

function missingAudits(state: Certification): number | null {
  if (state.certificate !== null || state.terms === null) return null;
  const certifying = certifyingMissing(state);
  if (certifying === null) return null;
  const ofFailed = state.failed === null ? 0 : missingBeside(state, state.failed);
  if (ofFailed === null) return null;
  const forTest = Math.max(certifying, ofFailed) / CERTIFYING_SHARE;
  return Math.ceil(Math.max(forTest, trainingMissing(state) / (1 - CERTIFYING_SHARE)));
}

/** Certifying audits until the errors of a cut that failed would be few among many; `null` beyond what is kept. */
function missingBeside(state: Certification, { n, wrong }: Cut): number | null {
  const test = nextTest(state);
  if (test === null || state.terms === null) return null;
  let [low, high] = [n, Math.max(n, state.terms.certifyingWindow)];
  const proves = (size: number): boolean => test.boundOf({ n: size, wrong }) <= test.bound;
  if (!proves(high)) return null;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (proves(middle)) high = middle;
    else low = middle;
  }
  // Only a part of what comes in lies above the cut.
  const share = n / Math.max(n, state.certifying.length);
  return Math.ceil((high - n) / share);
}
