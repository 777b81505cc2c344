import type { SessionOutcome } from "../evidence.ts";
import type { MetricPlan } from "../../rollout/plan.ts";
import type { FailureCause } from "../../traffic/assignment.ts";
import { EventTally } from "./event-tally.ts";
import { defineMetric, differentMetric } from "./metric.ts";
import type { MetricDisplay, Proof, Tally } from "./metric.ts";

/** Failed sessions of one cause, by arm. */
interface CauseCounts {
  stable: number;
  candidate: number;
}

/** The event test on failed sessions, and beside it how the failures divide by cause. */
class ErrorTally implements Tally {
  readonly #events: EventTally;
  readonly #causes = new Map<FailureCause, CauseCounts>();

  constructor(plan: MetricPlan) {
    const { causes } = plan;
    this.#events = new EventTally(
      plan,
      causes === undefined
        ? ({ failure }) => failure !== null
        : ({ failure }) => failure !== null && causes.includes(failure),
    );
  }

  add(outcome: SessionOutcome): void {
    if (outcome.failure !== null) this.#countsOf(outcome.failure)[outcome.arm] += 1;
    this.#events.add(outcome);
  }

  logHarm(): number {
    return this.#events.logHarm();
  }

  logNoWorse(): number {
    return this.#events.logNoWorse();
  }

  counts(): ReturnType<EventTally["counts"]> {
    return this.#events.counts();
  }

  display(alpha: number): MetricDisplay {
    const shown = this.#events.display(alpha);
    if (this.#causes.size === 0) return shown;
    const sorted = [...this.#causes].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return { ...shown, causes: Object.fromEntries(sorted.map(([cause, counts]) => [cause, { ...counts }])) };
  }

  absorb(other: Proof): void {
    if (!(other instanceof ErrorTally)) throw differentMetric();
    this.#events.absorb(other.#events);
    for (const [cause, { stable, candidate }] of other.#causes) {
      const counts = this.#countsOf(cause);
      counts.stable += stable;
      counts.candidate += candidate;
    }
  }

  #countsOf(cause: FailureCause): CauseCounts {
    const known = this.#causes.get(cause);
    if (known !== undefined) return known;
    const made = { stable: 0, candidate: 0 };
    this.#causes.set(cause, made);
    return made;
  }
}

/**
 * Failed sessions, by the assigned release whoever repaired them. The first failure of a session tells its cause; a
 * plan may say which causes count.
 */
export const errors = defineMetric({
  name: "errors",
  unit: "share",
  create: (plan) => new ErrorTally(plan),
});
