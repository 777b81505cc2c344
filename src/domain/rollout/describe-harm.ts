import type { Reading } from "../evidence/evidence.ts";
import { logSumExp } from "../evidence/log-sum-exp.ts";
import { describeEffect, listMetrics } from "./describe-effect.ts";
import { isOfCopies, nameHarm } from "./explain-strategy.ts";
import type { MetricName } from "./plan.ts";
import type { HarmMetric, Rollout } from "./rollout.ts";
import { ladderThreshold, stageLevels } from "./stage-levels.ts";

/** "errors are 9.8 times those of stable (10.3 % against 1.1 %), proven after 34 candidate sessions (log R 3.4 ≥ 3.0)". */
export function describeHarm({ harm, reading, plan, shadowReading }: Rollout): string {
  if (harm === null) return "the candidate is proven harmful";
  if (isOfCopies(harm.metric)) {
    const threshold = shadowReading?.union.threshold ?? Math.log(1 / stageLevels(plan).shadow);
    const pairs = harm.candidateSessions.toLocaleString("en-US");
    const found =
      harm.metric === "shadow:judge"
        ? `${nameHarm(harm.metric)} prefers stable's answers`
        : `${nameHarm(harm.metric)} ${are(harm.metric)} worse than stable's`;
    return `${found}, proven on ${pairs} pairs that nobody saw (log R ${harm.logR.toFixed(1)} ≥ ${threshold.toFixed(1)})`;
  }
  const effect = describeEffect(
    harm.metric,
    reading?.metrics.find(({ metric }) => metric === harm.metric),
  );
  const threshold = reading?.union.threshold ?? ladderThreshold(plan);
  const proof = `log R ${harm.logR.toFixed(1)} ≥ ${threshold.toFixed(1)}`;
  const after = `after ${countCandidates(harm.candidateSessions)} (${proof})`;
  return provenBy(harm.metric, reading).length > 1
    ? `${effect}; harm was proven by ${nameProof(harm.metric, reading)}, and by none of them alone, ${after}`
    : `${effect}, proven ${after}`;
}

/** What harm was proven by: "errors"; "cost, errors and latency together, cost most of all"; "structure of the copies". */
export function nameProof(blame: HarmMetric, reading: Reading | null): string {
  if (isOfCopies(blame)) return nameHarm(blame);
  const metrics = provenBy(blame, reading);
  return metrics.length > 1 ? `${listMetrics(metrics)} together, ${nameHarm(blame)} most of all` : nameHarm(blame);
}

/**
 * The metrics that prove harm in a reading, the strongest first: the one that is blamed where it does so alone, otherwise as
 * few as cross the threshold of the union together, had all others nothing to say (an e-value of 1).
 */
export function provenBy(blame: MetricName, reading: Reading | null): readonly MetricName[] {
  if (reading === null || reading.metrics.length === 0) return [blame];
  const { metrics, union } = reading;
  if (metrics.some(({ harm }) => harm.crossed)) return [blame];
  // A metric's own threshold is that of the union less ln of its share: with an e-value of 1 that is its term of the union.
  const terms = metrics
    .map(({ metric, harm }) => {
      const silent = union.threshold - harm.threshold;
      return { metric, term: silent + harm.logE, silent: silent + Math.min(0, harm.logE) };
    })
    .toSorted((one, other) => Number(other.metric === blame) - Number(one.metric === blame) || other.term - one.term);
  const sumOf = (count: number): number =>
    logSumExp(terms.map(({ term, silent }, index) => (index < count ? term : silent)));
  // Added in another order than in the union, they may end a last bit below it.
  const enough = Math.min(union.threshold, sumOf(terms.length));
  const last = terms.findIndex((_, index) => sumOf(index + 1) >= enough);
  return terms.slice(0, last + 1).map(({ metric }) => metric);
}

/** "34 candidate sessions". */
export const countCandidates = (sessions: number): string =>
  `${sessions.toLocaleString("en-US")} candidate ${sessions === 1 ? "session" : "sessions"}`;

const are = (metric: string): string => (metric.endsWith("s") ? "are" : "is");
