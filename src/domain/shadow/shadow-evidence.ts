import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { JudgedPairs, ShadowMetricReading, ShadowReading } from "../evidence/shadow-reading.ts";
import { logThreshold } from "../evidence/thresholds.ts";
import { Union } from "../evidence/union.ts";
import type { RolloutPlan } from "../rollout/plan.ts";
import { stageLevels } from "../rollout/stage-levels.ts";
import { isCutByTools, isRequiredOnCopies, pairTestOf } from "./pair-test.ts";
import type { PairTest } from "./pair-test.ts";
import type { KeptShadowEntry, PairJudgement, ShadowPair } from "./shadow-pair.ts";

/** How answers differed, as far as two were compared. For people: other wording is no harm. */
export interface ShadowChanges {
  readonly compared: number;
  readonly exact: number;
  /** Mean similarity by shared wording, from 0 to 1; `null` before the first. */
  readonly similarity: number | null;
  /** Answers whose JSON has other fields or types, and those that were JSON before. */
  readonly newStructure: number;
  readonly structured: number;
  /** Answers with other tool calls, and those in which either side called any. */
  readonly otherTools: number;
  readonly withTools: number;
  /** Answers of which one ended by calling tools and the other did not. */
  readonly cutByTools: number;
}

/** What a shadow stage is judged by. */
export type ShadowPlan = Pick<RolloutPlan, "metrics" | "alpha" | "beta" | "holdback" | "shadow" | "steps">;

/**
 * The evidence of a shadow stage: pairs in the order in which they were kept, one of each session. On every replica it
 * adds up to the same, bit for bit, because all of them read the same pairs in the same order.
 */
export class ShadowEvidence {
  readonly #plan: ShadowPlan;
  readonly #threshold: number;
  readonly #tests: readonly (PairTest & { n: number })[];
  /** Of the plan's metrics those that pairs show; their shares are of this. */
  readonly #shares: number;
  readonly #union: Union;
  readonly #sessions = new Set<string>();
  #pairs = 0;
  #excused = 0;
  #copies = 0;
  #spentPico = 0n;
  readonly #judgedSessions = new Set<string>();
  readonly #judged = { candidate: 0, stable: 0, ties: 0, flipped: 0, failed: 0, of: 0 };
  #judgedPico = 0n;
  #crossed: Omit<ShadowReading, "isSpent" | "evidenceHash"> | null = null;
  readonly #changes = {
    compared: 0,
    exact: 0,
    sum: 0,
    newStructure: 0,
    structured: 0,
    otherTools: 0,
    withTools: 0,
    cutByTools: 0,
  };

  constructor(plan: ShadowPlan) {
    this.#plan = plan;
    // Pairs without a stage in the plan are only looked at.
    this.#threshold = logThreshold(stageLevels(plan).shadow || plan.alpha);
    this.#tests = plan.metrics.flatMap((metric) => {
      const test = pairTestOf(metric);
      return test === null ? [] : [{ ...test, n: 0 }];
    });
    this.#shares = this.#tests.reduce((sum, { plan: { share } }) => sum + share, 0);
    this.#union = new Union(this.#tests.map(({ plan: { share } }) => share / this.#shares));
  }

  /** Copies that were made, those that are no evidence included. */
  get copies(): number {
    return this.#copies;
  }

  /** Copies that were no evidence because a provider or this server failed. */
  get excused(): number {
    return this.#excused;
  }

  /** What the copies have cost, pico-dollars. */
  get spentPico(): bigint {
    return this.#spentPico;
  }

  changes(): ShadowChanges {
    const { compared, sum, ...counts } = this.#changes;
    return { compared, similarity: compared === 0 ? null : sum / compared, ...counts };
  }

  /** What the judge of pairs made of them; `null` where none is asked. */
  get judged(): JudgedPairs | null {
    const isAsked = this.#tests.some(({ judge }) => judge !== undefined);
    return isAsked ? { ...this.#judged, spentPico: this.#judgedPico.toString() } : null;
  }

  /** What the questions to the judge have cost, with what is set aside for those under way, pico-dollars. */
  get judgedPico(): bigint {
    return this.#judgedPico;
  }

  /** Whether the judge has had its word on the session. */
  isJudged = (session: string): boolean => this.#judgedSessions.has(session);

  /** Takes the next pair, or what a judge says of an earlier one. */
  add(entry: Pick<KeptShadowEntry, "session"> & ({ pair: ShadowPair } | { judgement: PairJudgement })): void {
    if ("pair" in entry) this.#addPair(entry.session, entry.pair);
    else this.#addJudgement(entry.session, entry.judgement);
    if (this.#crossed === null && this.#logR() >= this.#threshold) this.#crossed = this.#read();
  }

  #addPair(session: string, pair: ShadowPair): void {
    this.#copies += 1;
    this.#spentPico += BigInt(pair.copyPico);
    this.#compare(pair);
    if (pair.excused) {
      this.#excused += 1;
      return;
    }
    // Sessions are independent of each other; the calls of one are not.
    if (this.#sessions.has(session)) return;
    this.#sessions.add(session);
    this.#pairs += 1;
    for (const test of this.#tests) if (test.add(pair)) test.n += 1;
  }

  #addJudgement(session: string, { verdict, isFlipped, costPico }: PairJudgement): void {
    const counts = this.#judged;
    counts.of += 1;
    this.#judgedPico += BigInt(costPico);
    if (verdict === "asking" || verdict === "unasked") return;
    if (verdict === "failed") counts.failed += 1;
    // The first word on a session counts, as its first pair does.
    else if (!this.#judgedSessions.has(session)) {
      this.#judgedSessions.add(session);
      counts[verdict === "tie" ? "ties" : verdict] += 1;
      if (isFlipped) counts.flipped += 1;
      for (const test of this.#tests) {
        test.judge?.(verdict);
        if (test.judge !== undefined) test.n += 1;
      }
    }
  }

  /** How things stand; proven harm is told as it was when it was proven. */
  reading(isSpent: boolean): ShadowReading {
    const read = this.#crossed ?? this.#read();
    return { ...read, isSpent, evidenceHash: sha256Hex(canonicalJson({ ...read })) };
  }

  #logR(): number {
    return this.#tests.length === 0 ? 0 : this.#union.logR((index) => this.#tests[index]?.harm.logE() ?? 0);
  }

  #read(): Omit<ShadowReading, "isSpent" | "evidenceHash"> {
    const { beta } = this.#plan;
    const logR = this.#logR();
    const threshold = this.#threshold;
    const metrics = this.#tests.map((test): ShadowMetricReading => {
      const [harm, noWorse] = [test.harm.logE(), test.noWorse.logE()];
      // It alone proves harm when it would cross the union without the others.
      const [harmAt, noWorseAt] = [threshold - Math.log(test.plan.share / this.#shares), logThreshold(beta)];
      return {
        metric: test.metric,
        n: test.n,
        harm: { logE: harm, threshold: harmAt, crossed: harm >= harmAt, margin: test.margins.harm },
        noWorse: { logE: noWorse, threshold: noWorseAt, crossed: noWorse >= noWorseAt, margin: test.margins.noWorse },
        required: isRequiredOnCopies(test.plan),
      };
    });
    const blame = this.#tests[this.#union.blame()]?.metric ?? null;
    const crossed = logR >= threshold;
    const { judged } = this;
    return {
      pairs: this.#pairs,
      excused: { copies: this.#excused, of: this.#copies },
      metrics,
      ...(judged !== null && { judged }),
      union: { logR, threshold, crossed, blame: crossed ? blame : null },
    };
  }

  #compare(pair: ShadowPair): void {
    const { change } = pair;
    if (change === null) return;
    const counts = this.#changes;
    if (isCutByTools(pair)) counts.cutByTools += 1;
    counts.compared += 1;
    counts.sum += change.similarity;
    if (change.isExact) counts.exact += 1;
    if (change.hasNewStructure !== null) counts.structured += 1;
    if (change.hasNewStructure === true) counts.newStructure += 1;
    if (change.usesTools) counts.withTools += 1;
    if (change.tools !== "same") counts.otherTools += 1;
  }
}
