import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import { bakeShares } from "../rollout/bake-weight.ts";
import { ladderThreshold, stageLevels } from "../rollout/stage-levels.ts";
import type { AbPlan, MetricName, MetricPlan, Step } from "../rollout/plan.ts";
import { AbEvidence } from "./ab-evidence.ts";
import type { AbReading } from "./ab-evidence.ts";
import { ByEpoch } from "./by-epoch.ts";
import type { EpochRow } from "./by-epoch.ts";
import type { DelayedOutcome, MetricReading, Reading, SessionOutcome, TestReading, Verdict } from "./evidence.ts";
import { logSumExp } from "./log-sum-exp.ts";
import { definitionOf, unitOf } from "./metrics/index.ts";
import { isBetterHigher } from "./metrics/kinds.ts";
import type { Proof, Tally } from "./metrics/metric.ts";
import { logSampleRatio, SAMPLE_RATIO_ALPHA } from "./sample-ratio.ts";
import { logThreshold } from "./thresholds.ts";
import { Union } from "./union.ts";
import { withoutProviderFaults } from "./without-provider-faults.ts";

/** What evidence is gathered for: a rollout's plan, or the part of it that matters here. */
export interface EvidencePlan {
  readonly metrics: readonly MetricPlan[];
  /** Level of the union that rolls back. */
  readonly alpha: number;
  /** Level of each no-worse test. */
  readonly beta: number;
  /** Share of sessions held back while a promotion bakes, and the steps whose weights are not the bake's; absent is none. */
  readonly holdback?: number;
  /** Milliseconds of the bake; absent is none. */
  readonly bakeMs?: number;
  readonly steps?: readonly Pick<Step, "weight">[];
  /** Absent is no stage of copies; what it is does not matter here. */
  readonly shadow?: unknown;
  /** Absent is no A/B test. */
  readonly ab?: AbPlan;
  /** Anything but `count` gathers what the releases did themselves apart; absent is `count`. */
  readonly providerFault?: "count" | "hold" | "roll_back";
}

interface AssignedCounts extends EpochRow {
  candidate: number;
  stable: number;
}

const noSessions = (epoch: number, weight: number): AssignedCounts => ({ epoch, weight, candidate: 0, stable: 0 });

/** Only a draw by lot is evidence. */
const isDrawn = (weight: number): boolean => weight > 0 && weight < 1;

/**
 * The evidence of one rollout on one replica. The same calls in the same order give the same bits (on one
 * version of the engine: the last bit of Math.log is not specified).
 */
export class Evidence {
  /** ln(1/α) of the ladder's part of α: harm is proven when `logUnion` reaches it. */
  readonly threshold: number;
  readonly #plan: EvidencePlan;
  /** In the order of the plan. */
  readonly #proofs: readonly Proof[];
  /** Those of them that a session's own turns decide, and those whose outcome is sent later. */
  readonly #atOnce: readonly Tally[];
  readonly #delayed: ReadonlyMap<MetricName, Tally<DelayedOutcome>>;
  readonly #union: Union;
  readonly #logHarmOf: (index: number) => number;
  /** The last `logUnion`, for as long as nothing was added: it is asked twice for every outcome. */
  #logUnion: number | null = null;
  readonly #sessions = { stable: 0, candidate: 0 };
  /** What is drawn with the weight of the bake belongs to it, and its evidence is its own. */
  readonly #bake: Evidence | null;
  readonly #bakeWeight: number | null;
  readonly #test: AbEvidence | null;
  /** The same without failures of the candidate's provider; `null` where those count like all others. */
  readonly itself: Evidence | null;
  readonly #assigned = new ByEpoch<AssignedCounts>(noSessions);
  /** Sessions that were drawn and are not observed. */
  readonly #leftOut = new ByEpoch<AssignedCounts>(noSessions);

  constructor(plan: EvidencePlan) {
    const proofs: Proof[] = [];
    const atOnce: Tally[] = [];
    const delayed = new Map<MetricName, Tally<DelayedOutcome>>();
    for (const metric of plan.metrics) {
      const definition = definitionOf(metric.metric);
      if ("unit" in definition) {
        const tally = definition.create(metric);
        atOnce.push(tally);
        proofs.push(tally);
      } else {
        const tally = definition.create(metric);
        delayed.set(metric.metric, tally);
        proofs.push(tally);
      }
    }
    const { metrics, alpha, beta, ab, providerFault = "count", ...stages } = plan;
    const goal = metrics.find(({ metric }) => metric === ab?.goal);
    this.#bakeWeight = (plan.bakeMs ?? 0) > 0 ? (bakeShares(plan)?.weight ?? null) : null;
    const levels = stageLevels(plan);
    this.#bake = this.#bakeWeight === null ? null : new Evidence({ metrics, alpha: levels.bake, beta });
    this.itself = providerFault === "count" ? null : new Evidence({ metrics, alpha, beta, ...stages });
    this.#test = ab === undefined || goal === undefined ? null : new AbEvidence(ab, goal, alpha);
    this.threshold = ladderThreshold(plan);
    this.#plan = plan;
    this.#proofs = proofs;
    this.#atOnce = atOnce;
    this.#delayed = delayed;
    this.#union = new Union(plan.metrics.map(({ share }) => share));
    this.#logHarmOf = (index) => proofs[index]?.logHarm() ?? 0;
  }

  /** What it is gathered for. */
  get plan(): EvidencePlan {
    return this.#plan;
  }

  /** A session was drawn: counts for the sample-ratio test. Weights of 0 and 1 are no draw and count nothing. */
  assigned(arm: "stable" | "candidate", epoch: number, weight: number): void {
    const bake = this.#bakeOf(weight);
    if (bake !== null) bake.assigned(arm, epoch, weight);
    else if (isDrawn(weight)) this.#assigned.row(epoch, weight)[arm] += 1;
  }

  /** A session that was drawn counts on another replica, which drew it too. */
  unassigned(arm: "stable" | "candidate", epoch: number, weight: number): void {
    const bake = this.#bakeOf(weight);
    if (bake !== null) bake.unassigned(arm, epoch, weight);
    else if (isDrawn(weight)) this.#assigned.row(epoch, weight)[arm] -= 1;
  }

  /** A session is not observed, in assignment order of one replica: counts for the sample-ratio test. */
  leftOut(arm: "stable" | "candidate", epoch: number, weight: number): void {
    const bake = this.#bakeOf(weight);
    if (bake !== null) bake.leftOut(arm, epoch, weight);
    else if (isDrawn(weight)) this.#leftOut.row(epoch, weight)[arm] += 1;
  }

  /** A final outcome, in assignment order of one replica. Weights of 0 and 1 are no draw and count nothing. */
  add(outcome: SessionOutcome): void {
    this.#logUnion = null;
    this.itself?.add(withoutProviderFaults(outcome));
    const bake = this.#bakeOf(outcome.weight);
    if (bake !== null) return bake.add(outcome);
    if (!isDrawn(outcome.weight)) return;
    this.#test?.add(outcome);
    this.#sessions[outcome.arm] += 1;
    for (const tally of this.#atOnce) tally.add(outcome);
  }

  /** What became of a session in one delayed metric, in assignment order of one replica; a metric that the plan does not have counts nothing. */
  addDelayed(metric: MetricName, outcome: DelayedOutcome): void {
    this.#logUnion = null;
    this.itself?.addDelayed(metric, outcome);
    const bake = this.#bakeOf(outcome.weight);
    if (bake !== null) return bake.addDelayed(metric, outcome);
    if (!isDrawn(outcome.weight)) return;
    this.#test?.addDelayed(metric, outcome);
    this.#delayed.get(metric)?.add(outcome);
  }

  #bakeOf(weight: number): Evidence | null {
    return weight === this.#bakeWeight ? this.#bake : null;
  }

  /** Whether sessions were drawn while a promotion baked. */
  get hasBaked(): boolean {
    return this.#bake !== null && this.#bake.#assigned.rows.length > 0;
  }

  /** The evidence of the bake alone; `null` before it. */
  bakeReading(): Reading | null {
    if (this.#bake === null || !this.hasBaked) return null;
    const itself = this.itself === null ? null : this.itself.#bake;
    return { ...this.#bake.reading(), ...(itself !== null && { itself: itself.#readUnion() }) };
  }

  /** Who wins the A/B test, so far; `null` for every other strategy. */
  abReading(): Omit<AbReading, "evidenceHash"> | null {
    return this.#test?.reading() ?? null;
  }

  /**
   * ln of the weighted average of the harm e-values: cheap, called after every outcome. Of the ladder and the bake
   * whichever is nearer to its own threshold, told as if it were the ladder's: harm in either is harm.
   */
  logUnion(): number {
    this.#logUnion ??= this.#nearest();
    return this.#logUnion;
  }

  #nearest(): number {
    const own = this.#union.logR(this.#logHarmOf);
    return this.#bake === null ? own : Math.max(own, this.#bake.logUnion() - this.#bake.threshold + this.threshold);
  }

  /**
   * Everything at this moment. All numbers are finite: every factor of every test is positive, so no log e-value
   * is ever minus infinity, and what cannot be told is `null`. `crossed` means now; who needs "ever" keeps it. From the
   * first session of a bake on it is that of the bake, unless the ladder proves more harm.
   */
  reading(): Reading {
    const bake = this.bakeReading();
    if (bake === null) return this.#own();
    return this.#ladderProof() > proofIn(bake) ? this.#own() : bake;
  }

  #ladderProof(): number {
    return proofIn({ union: this.#readUnion(), ...(this.itself !== null && { itself: this.itself.#readUnion() }) });
  }

  #readUnion(): Reading["union"] {
    const logR = this.#union.logR(this.#logHarmOf);
    const crossed = logR >= this.threshold;
    const blame = crossed ? (this.#plan.metrics[this.#union.blame()]?.metric ?? null) : null;
    return { logR, threshold: this.threshold, crossed, blame };
  }

  #own(): Reading {
    const metrics = this.#plan.metrics.map((plan, index) =>
      readMetric(this.#plan, { plan, proof: this.#proofs[index], threshold: this.threshold }),
    );
    const union = this.#readUnion();
    const sampleRatio = testOf(this.#logSampleRatio(), logThreshold(SAMPLE_RATIO_ALPHA));
    return {
      sessions: { ...this.#sessions },
      metrics,
      union,
      ...(this.itself !== null && { itself: this.itself.#readUnion() }),
      sampleRatio,
      ...(this.#leftOut.rows.length > 0 && { leftOut: sumOf(this.#leftOut.rows) }),
      certified: metrics.every(({ required, noWorse }) => !required || noWorse.crossed),
    };
  }

  /**
   * Of the assigned sessions, averaged with that of the analysed ones where a metric leaves some out, and with that of
   * those that are not observed once there are any. Beginning with those only then at most doubles the level.
   */
  #logSampleRatio(): number {
    const assigned = logSampleRatio(this.#assigned.rows);
    const analysed = this.#proofs.flatMap((proof) => (proof.logLeftOut === undefined ? [] : [proof.logLeftOut()]));
    if (this.#leftOut.rows.length > 0) analysed.push(logSampleRatio(this.#leftOut.rows));
    if (analysed.length === 0) return assigned;
    return logSumExp([assigned, ...analysed]) - Math.log(1 + analysed.length);
  }

  /** Adds the evidence of another replica under the same plan. Unfinished blocks are left out. */
  absorb(other: Evidence): void {
    this.#logUnion = null;
    if (other.#proofs.length !== this.#proofs.length) throw new TypeError("Only evidence under one plan adds up.");
    this.#sessions.stable += other.#sessions.stable;
    this.#sessions.candidate += other.#sessions.candidate;
    for (const [index, proof] of other.#proofs.entries()) this.#proofs[index]?.absorb(proof);
    if (other.#bake !== null) this.#bake?.absorb(other.#bake);
    if (other.itself !== null) this.itself?.absorb(other.itself);
    if (other.#test !== null) this.#test?.absorb(other.#test);
    addRows(this.#assigned, other.#assigned);
    addRows(this.#leftOut, other.#leftOut);
  }
}

function addRows(to: ByEpoch<AssignedCounts>, from: ByEpoch<AssignedCounts>): void {
  for (const { epoch, weight, candidate, stable } of from.rows) {
    const row = to.row(epoch, weight);
    row.candidate += candidate;
    row.stable += stable;
  }
}

function sumOf(rows: readonly AssignedCounts[]): NonNullable<Reading["leftOut"]> {
  const sum = { stable: 0, candidate: 0 };
  for (const { stable, candidate } of rows) {
    sum.stable += stable;
    sum.candidate += candidate;
  }
  return sum;
}

/** How much of harm is proven: 2 is that of the releases themselves, 1 over all sessions, 0 nothing. */
const proofIn = ({ union, itself }: Pick<Reading, "union" | "itself">): number =>
  itself?.crossed === true ? 2 : Number(union.crossed);

const testOf = (logE: number, threshold: number): Omit<TestReading, "margin"> => ({
  logE,
  threshold,
  crossed: logE >= threshold,
});

interface ReadTerms {
  readonly plan: MetricPlan;
  readonly proof: Proof | undefined;
  /** Of the union. */
  readonly threshold: number;
}

/** A metric alone proves harm at the level times its share, which is when it would cross the union without the others. */
function readMetric({ alpha, beta }: EvidencePlan, { plan, proof, threshold }: ReadTerms): MetricReading {
  if (proof === undefined) throw new TypeError(`The metric ${plan.metric} has no tally.`);
  const harm = {
    ...testOf(proof.logHarm(), threshold - Math.log(plan.share)),
    ...marginOf(plan.harmRatio, plan.harmDrop),
  };
  const noWorse = {
    ...testOf(proof.logNoWorse(), logThreshold(beta)),
    ...marginOf(plan.noWorseRatio, plan.noWorseDrop ?? plan.noWorsePoints),
    ...(plan.noWorseOrPoints !== undefined && { orDifference: plan.noWorseOrPoints }),
  };
  return {
    metric: plan.metric,
    ...proof.display(alpha),
    unit: unitOf(plan),
    ...(isBetterHigher(plan) && { better: "higher" as const }),
    harm,
    noWorse,
    verdict: verdictOf(harm, noWorse),
    required: plan.required,
  };
}

const marginOf = (ratio: number, difference: number | undefined): Pick<TestReading, "margin" | "isDifference"> =>
  difference === undefined ? { margin: ratio } : { margin: difference, isDifference: true };

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
