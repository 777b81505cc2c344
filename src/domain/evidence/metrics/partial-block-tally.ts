import { ByEpoch } from "../by-epoch.ts";
import type { EpochRow } from "../by-epoch.ts";
import type { SessionOutcome } from "../evidence.ts";
import { logSampleRatio } from "../sample-ratio.ts";
import { BlockTally } from "./block-tally.ts";
import type { BlockTerms } from "./block-tally.ts";
import { differentMetric } from "./metric.ts";
import type { Proof } from "./metric.ts";

interface AnalysedCounts extends EpochRow {
  candidate: number;
  stable: number;
}

/**
 * Evidence from blocks of a metric that many sessions are no part of. Which ones must not depend on the arm, or those that are left say nothing
 * of all: so they have a sample-ratio test of their own (reference 3.9). For metrics alone whose sessions are chosen by what is known before an answer:
 * where failing decides, the test would find that one arm fails more.
 */
export class PartialBlockTally extends BlockTally {
  readonly #valueOf: BlockTerms["valueOf"];
  readonly #analysed = new ByEpoch<AnalysedCounts>((epoch, weight) => ({ epoch, weight, candidate: 0, stable: 0 }));
  #leftOut = 0;

  constructor(terms: BlockTerms) {
    super(terms);
    this.#valueOf = terms.valueOf;
  }

  override add(outcome: SessionOutcome): void {
    super.add(outcome);
    if (this.#valueOf(outcome) === null) this.#leftOut += 1;
    else this.#analysed.row(outcome.epoch, outcome.weight)[outcome.arm] += 1;
  }

  /** The sample-ratio test on the sessions that were not left out; 0 while none was. */
  logLeftOut(): number {
    return this.#leftOut === 0 ? 0 : logSampleRatio(this.#analysed.rows);
  }

  override absorb(other: Proof): void {
    if (!(other instanceof PartialBlockTally)) throw differentMetric();
    super.absorb(other);
    this.#leftOut += other.#leftOut;
    for (const { epoch, weight, candidate, stable } of other.#analysed.rows) {
      const row = this.#analysed.row(epoch, weight);
      row.candidate += candidate;
      row.stable += stable;
    }
  }
}
