import { CERTIFICATION_OFF } from "./certification.ts";
import type { Certificate, Certification } from "./certification.ts";
import { areTerms } from "./certification-terms.ts";
import type { CertificationTerms } from "./certification-terms.ts";
import type { Cut } from "./find-threshold.ts";
import type { LogisticModel } from "./logistic-model.ts";
import { FEATURE_NAMES } from "./pair-features.ts";
import { packSamples, unpackSamples } from "./packed-samples.ts";

/** The state as text: JSON with the samples packed, because replicas write and read it again and again. */
export function writeCertification(state: Certification): string {
  return JSON.stringify({ ...state, training: packSamples(state.training), certifying: packSamples(state.certifying) });
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads what `writeCertification` wrote. `null` for anything else, of another version or damaged: a certification that cannot be
 * read must begin anew and not let answers through.
 */
export function readCertification(text: string): Certification | null {
  const json = fieldsIn(text);
  if (json?.["format"] !== CERTIFICATION_OFF.format) return null;
  const { phase, audits, certified, tests, certifiedAtFit, isDoubtful, alarm, failed, closedBy } = json;
  const terms = json["terms"] === null ? null : readTerms(json["terms"]);
  const training = unpackSamples(json["training"]);
  const certifying = unpackSamples(json["certifying"]);
  const certificate = json["certificate"] === null ? null : readCertificate(json["certificate"]);
  if (terms === undefined || certificate === undefined || training === null || certifying === null) return null;
  if (![audits, certified, tests, certifiedAtFit].every(isCount) || typeof isDoubtful !== "boolean") return null;
  if (!isNumbers(alarm, CERTIFICATION_OFF.alarm.length) || !isPhase(phase, { terms, certificate })) return null;
  if ((failed !== null && !isCut(failed)) || (closedBy !== null && !isClosing(closedBy))) return null;
  return { ...(json as unknown as Certification), terms, training, certifying, certificate };
}

function fieldsIn(text: string): Fields | null {
  try {
    return asFields(JSON.parse(text));
  } catch {
    return null;
  }
}

const asFields = (value: unknown): Fields | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const isNumbers = (value: unknown, length: number): boolean =>
  Array.isArray(value) && value.length === length && value.every(isNumber);

/** Open and a certificate belong together, as do off and no terms. */
function isPhase(
  phase: unknown,
  { terms, certificate }: Pick<Certification, "terms" | "certificate">,
): phase is Certification["phase"] {
  if (phase === "off") return terms === null && certificate === null;
  if (phase === "open") return terms !== null && certificate !== null;
  return (phase === "collecting" || phase === "closed") && terms !== null && certificate === null;
}

function readTerms(value: unknown): CertificationTerms | undefined {
  const terms = asFields(value);
  if (terms === null || typeof terms["embedder"] !== "string" || typeof terms["judge"] !== "string") return undefined;
  const calibration = asFields(terms["calibration"]);
  const names = ["wrongSeen", "wrongFlagged", "rightSeen", "rightPassed"];
  if (terms["calibration"] !== null && !names.every((name) => isCount(calibration?.[name]))) return undefined;
  const read = terms as unknown as CertificationTerms;
  return areTerms(read) ? read : undefined;
}

function readCertificate(value: unknown): Certificate | undefined {
  const certificate = asFields(value);
  if (certificate === null || !isCut(certificate) || !isModel(certificate["model"])) return undefined;
  const { test, alpha, hitShare, leastSimilarity, at } = certificate;
  const isWhole = isCount(test) && [alpha, hitShare, leastSimilarity, at].every(isNumber);
  return isWhole ? (certificate as unknown as Certificate) : undefined;
}

function isModel(value: unknown): value is LogisticModel {
  const model = asFields(value);
  if (model === null || !isNumber(model["bias"])) return false;
  const lists = ["weights", "means", "scales"].map((name) => model[name]);
  return lists.every((list) => isNumbers(list, FEATURE_NAMES.length)) && !(lists[2] as number[]).includes(0);
}

function isCut(value: unknown): value is Cut {
  const cut = asFields(value);
  return (
    cut !== null && isCount(cut["n"]) && isCount(cut["wrong"]) && isNumber(cut["threshold"]) && isNumber(cut["upper"])
  );
}

const isClosing = (value: unknown): boolean => {
  const closing = asFields(value);
  return typeof closing?.["reason"] === "string" && isNumber(closing["at"]);
};
