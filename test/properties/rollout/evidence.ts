import type { AbReading } from "../../../src/domain/evidence/ab-evidence.ts";
import type { Reading } from "../../../src/domain/evidence/evidence.ts";
import type { ShadowReading } from "../../../src/domain/evidence/shadow-reading.ts";
import type { RolloutPlan } from "../../../src/domain/rollout/plan.ts";
import type { Assignment } from "../../../src/domain/traffic/assignment.ts";

/** How a session ended. */
export interface Outcome {
  readonly failed: boolean;
  readonly slow: boolean;
}

const THRESHOLD = Math.log(20);
const NONE = { stable: 0, candidate: 0 };
type Counts = { stable: number; candidate: number };

/**
 * Evidence with thresholds that a handful of sessions can cross, latched as an e-process's crossing is. The
 * statistics have their own tests; here it only has to say harm, no worse and mismatch now and then.
 */
export class FewSessions {
  readonly assigned: Assignment[] = [];
  readonly #drawn: Counts = { ...NONE };
  readonly #ended: Counts = { ...NONE };
  readonly #failed: Counts = { ...NONE };
  readonly #slow: Counts = { ...NONE };
  #harm: "errors" | "latency" | null = null;
  #errorsNoWorse = false;
  #latencyNoWorse = false;
  #mismatch = false;
  #pairs = 0;
  #worsePairs = 0;
  #copiesHarm = false;
  #copiesNoWorse = false;
  #better = false;
  #worse = false;

  assign(assignment: Assignment): void {
    this.assigned.push(assignment);
    this.#drawn[assignment.arm] += 1;
    this.#mismatch ||= this.#drawn.candidate > 12 + 2 * this.#drawn.stable;
  }

  end({ arm }: Assignment, { failed, slow }: Outcome): void {
    this.#ended[arm] += 1;
    this.#failed[arm] += failed ? 1 : 0;
    this.#slow[arm] += slow ? 1 : 0;
    const { candidate } = this.#ended;
    const [moreFailed, moreSlow] = [this.#failed, this.#slow].map((count) => count.candidate - 2 * count.stable);
    if ((moreFailed ?? 0) >= 3) this.#harm ??= "errors";
    if ((moreSlow ?? 0) >= 3) this.#harm ??= "latency";
    this.#errorsNoWorse ||= candidate - 2 * this.#failed.candidate >= 4;
    this.#latencyNoWorse ||= candidate - 2 * this.#slow.candidate >= 4;
  }

  /** A pair of answers to one question, of which nobody saw the candidate's. */
  compare({ failed }: Outcome): void {
    this.#pairs += 1;
    this.#worsePairs += failed ? 1 : 0;
    this.#copiesHarm ||= this.#worsePairs >= 3 && 2 * this.#worsePairs > this.#pairs;
    this.#copiesNoWorse ||= this.#pairs - 3 * this.#worsePairs >= 4;
  }

  get shadow(): ShadowReading {
    const test = (crossed: boolean) => ({ logE: crossed ? 3 : 0, threshold: THRESHOLD, crossed, margin: 1 });
    return {
      pairs: this.#pairs,
      metrics: [
        {
          metric: "structure",
          n: this.#pairs,
          harm: test(this.#copiesHarm),
          noWorse: test(this.#copiesNoWorse),
          required: true,
        },
      ],
      union: { logR: this.#copiesHarm ? 3 : 0, threshold: THRESHOLD, crossed: this.#copiesHarm, blame: "structure" },
      isSpent: this.#pairs >= 40,
      evidenceHash: "5".repeat(64),
    };
  }

  /** Who wins by errors: it takes little, for a short run. */
  get ab(): AbReading {
    const { stable, candidate } = this.#failed;
    const test = (crossed: boolean) => ({ logE: crossed ? 4 : 0, threshold: 3.7, crossed });
    this.#better ||= stable - 2 * candidate >= 3;
    this.#worse ||= candidate - 2 * stable >= 2;
    return {
      goal: "errors",
      sessions: this.#ended.stable + this.#ended.candidate,
      better: test(this.#better),
      worse: test(this.#worse && !this.#better),
      analysed: test(false),
      evidenceHash: "a".repeat(64),
    };
  }

  get harmful(): boolean {
    return this.#harm !== null;
  }

  reading(metrics: RolloutPlan["metrics"]): Reading {
    const noWorse = { errors: this.#errorsNoWorse, latency: this.#latencyNoWorse };
    const test = (crossed: boolean, margin: number) => ({
      logE: crossed ? 3 : 0,
      threshold: THRESHOLD,
      crossed,
      margin,
    });
    const readings = (["errors", "latency"] as const).map((metric) => ({
      metric,
      n: { ...this.#ended },
      value: { stable: null, candidate: null },
      unit: "share" as const,
      effect: null,
      harm: test(this.#harm === metric, 1.25),
      noWorse: test(noWorse[metric], 2),
      verdict: "inconclusive" as const,
      required: metrics.find((each) => each.metric === metric)?.required ?? false,
    }));
    const crossed = this.harmful;
    return {
      sessions: { ...this.#ended },
      metrics: readings,
      union: { logR: crossed ? 3.1 : 0, threshold: THRESHOLD, crossed, blame: this.#harm },
      sampleRatio: { logE: this.#mismatch ? 9 : 0, threshold: 6.9, crossed: this.#mismatch },
      certified: noWorse.errors && noWorse.latency,
    };
  }
}
