import type { ErrorTally } from "../domain/access/error-tally.ts";
import { findCause } from "../domain/access/find-cause.ts";
import type { PauseRule } from "../domain/access/pause-rule.ts";
import type { Clock } from "../ports/clock.ts";
import type { Found } from "./dear-subjects.ts";

/** What looking at failed calls needs. */
export interface FailedCallsTerms {
  readonly clock: Clock;
  /** The calls of this process. */
  readonly tally: ErrorTally;
}

/** Finds subjects of whose calls too many fail, as this process saw them. */
export class FailedCalls {
  readonly #terms: FailedCallsTerms;

  constructor(terms: FailedCallsTerms) {
    this.#terms = terms;
  }

  /** Forgets rules that are in force no longer. */
  keep(rules: readonly PauseRule[]): void {
    this.#terms.tally.keep(rules);
  }

  /** Counts a subject anew that was let in again. */
  clear(subject: string): void {
    this.#terms.tally.clear(subject);
  }

  /** Subjects for which a call has failed since the last look, and that the rule stops. */
  find(rule: PauseRule): readonly Found[] {
    const { tally, clock } = this.#terms;
    return tally.takeFailed(rule).flatMap((subject): readonly Found[] => {
      const seen = tally.count(rule, subject, clock.elapsed());
      const cause = findCause(rule.condition, { type: "calls", ...seen });
      return cause === null ? [] : [{ subject, cause }];
    });
  }
}
