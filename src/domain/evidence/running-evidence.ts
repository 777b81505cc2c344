import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { MetricPlan } from "../rollout/plan.ts";
import { ByEpoch } from "./by-epoch.ts";
import type { EpochRow } from "./by-epoch.ts";
import type { MetricReading, Reading, SessionOutcome, TestReading, Verdict } from "./evidence.ts";
import { METRICS } from "./metrics/index.ts";
import type { Tally } from "./metrics/metric.ts";
import { logSampleRatio, SAMPLE_RATIO_ALPHA } from "./sample-ratio.ts";
import { logThreshold } from "./thresholds.ts";
import { Union } from "./union.ts";

/** What evidence is gathered for: a rollout's plan, or the part of it that matters here. */
export interface EvidencePlan {
  readonly metrics: readonly MetricPlan[];
  /** Level of the union that rolls back. */
  readonly alpha: number;
  /** Level of each no-worse test. */
  readonly beta: number;
}

interface AssignedCounts extends EpochRow {
  candidate: number;
  stable: number;
}

/** Only a draw by lot is evidence. */
const isDrawn = (weight: number): boolean => weight > 0 && weight < 1;

/**
 * The evidence of one rollout on one replica. The same calls in the same order give the same bits (on one
 * version of the engine: the last bit of Math.log is not specified).
 */
export class Evidence {
  /** ln(1/α): harm is proven when `logUnion` reaches it. */
  readonly threshold: number;
  readonly #plan: EvidencePlan;
  readonly #tallies: readonly Tally[];
  readonly #union: Union;
  readonly #logHarmOf: (index: number) => number;
  readonly #sessions = { stable: 0, candidate: 0 };
  readonly #assigned = new ByEpoch<AssignedCounts>((epoch, weight) => ({ epoch, weight, candidate: 0, stable: 0 }));

  constructor(plan: EvidencePlan) {
    const tallies = plan.metrics.map((metric) => METRICS[metric.metric].create(metric));
    this.threshold = logThreshold(plan.alpha);
    this.#plan = plan;
    this.#tallies = tallies;
    this.#union = new Union(plan.metrics.map(({ share }) => share));
    this.#logHarmOf = (index) => tallies[index]?.logHarm() ?? 0;
  }

  /** A session was drawn: counts for the sample-ratio test. Weights of 0 and 1 are no draw and count nothing. */
  assigned(arm: "stable" | "candidate", epoch: number, weight: number): void {
    if (isDrawn(weight)) this.#assigned.row(epoch, weight)[arm] += 1;
  }

  /** A final outcome, in assignment order of one replica. Weights of 0 and 1 are no draw and count nothing. */
  add(outcome: SessionOutcome): void {
    if (!isDrawn(outcome.weight)) return;
    this.#sessions[outcome.arm] += 1;
    for (const tally of this.#tallies) tally.add(outcome);
  }

  /** ln of the weighted average of the harm e-values: cheap, called after every outcome. */
  logUnion(): number {
    return this.#union.logR(this.#logHarmOf);
  }

  /**
   * Everything at this moment. All numbers are finite: every factor of every test is positive, so no log e-value
   * is ever minus infinity, and what cannot be told is `null`. `crossed` means now; who needs "ever" keeps it.
   */
  reading(): Reading {
    const metrics = this.#plan.metrics.map((plan, index) => readMetric(this.#plan, plan, this.#tallies[index]));
    const logR = this.logUnion();
    const crossed = logR >= this.threshold;
    const sampleRatio = testOf(logSampleRatio(this.#assigned.rows), logThreshold(SAMPLE_RATIO_ALPHA));
    return {
      sessions: { ...this.#sessions },
      metrics,
      union: {
        logR,
        threshold: this.threshold,
        crossed,
        blame: crossed ? (this.#plan.metrics[this.#union.blame()]?.metric ?? null) : null,
      },
      sampleRatio,
      certified: metrics.every(({ required, noWorse }) => !required || noWorse.crossed),
    };
  }

  /** Adds the evidence of another replica under the same plan. Unfinished blocks are left out. */
  absorb(other: Evidence): void {
    if (other.#tallies.length !== this.#tallies.length) throw new TypeError("Only evidence under one plan adds up.");
    this.#sessions.stable += other.#sessions.stable;
    this.#sessions.candidate += other.#sessions.candidate;
    for (const [index, tally] of other.#tallies.entries()) this.#tallies[index]?.absorb(tally);
    for (const { epoch, weight, candidate, stable } of other.#assigned.rows) {
      const row = this.#assigned.row(epoch, weight);
      row.candidate += candidate;
      row.stable += stable;
    }
  }
}

const testOf = (logE: number, threshold: number): Omit<TestReading, "margin"> => ({
  logE,
  threshold,
  crossed: logE >= threshold,
});

/** A metric alone proves harm at α times its share, which is when it would cross the union without the others. */
function readMetric({ alpha, beta }: EvidencePlan, plan: MetricPlan, tally: Tally | undefined): MetricReading {
  if (tally === undefined) throw new TypeError(`The metric ${plan.metric} has no tally.`);
  const harm = { ...testOf(tally.logHarm(), logThreshold(alpha * plan.share)), margin: plan.harmRatio };
  const noWorse = { ...testOf(tally.logNoWorse(), logThreshold(beta)), margin: plan.noWorseRatio };
  return {
    metric: plan.metric,
    ...tally.display(alpha),
    unit: METRICS[plan.metric].unit,
    harm,
    noWorse,
    verdict: verdictOf(harm, noWorse),
    required: plan.required,
  };
}

function verdictOf(harm: TestReading, noWorse: TestReading): Verdict {
  if (harm.crossed) return "harm";
  return noWorse.crossed ? "non-inferior" : "inconclusive";
}

/** Evidence of several replicas together, in canonical (sorted replica id) order given by the caller. */
export function mergeEvidence(plan: EvidencePlan, parts: readonly Evidence[]): Evidence {
  const merged = new Evidence(plan);
  for (const part of parts) merged.absorb(part);
  return merged;
}

/** All digests that could change what evidence means. */
export interface EvidenceKeyParts {
  readonly rolloutId: string;
  readonly candidateDigest: string;
  readonly stableDigest: string;
  readonly planDigest: string;
  /** Digest of how the metrics are measured, such as judge model and prompt version. */
  readonly metricDigest: string;
  readonly seedId: string;
}

/** Names evidence: SHA-256 of the canonical JSON of its parts, 64 hex digits. Evidence under two keys never adds up. */
export function evidenceKey({
  rolloutId,
  candidateDigest,
  stableDigest,
  planDigest,
  metricDigest,
  seedId,
}: EvidenceKeyParts): string {
  return sha256Hex(canonicalJson({ rolloutId, candidateDigest, stableDigest, planDigest, metricDigest, seedId }));
}

/** SHA-256 of the canonical JSON of a reading, 64 hex digits: the evidence that an entry of the log rests on. */
export function hashReading(reading: Reading): string {
  return sha256Hex(canonicalJson(reading));
}
