import type { SessionOutcome } from "../evidence.ts";
import type { MetricPlan } from "../../rollout/plan.ts";
import { SortedLast } from "../sorted-last.ts";
import { EventTally } from "./event-tally.ts";
import { differentMetric } from "./metric.ts";
import type { Drawn, MetricDisplay, Proof, Tally } from "./metric.ts";

/** Stable sessions that the threshold is taken from: the last so many. */
const REMEMBERED = 500;
/** Below so many a 95th percentile is little more than the maximum; until then no session is part of the metric. */
const ENOUGH = 100;
/** Stable sessions after which the threshold is taken anew. */
const EVERY = 20;
const QUANTILE = 0.95;

/** The 95th percentile of stable's values, of sessions that came before. */
class PastTail {
  readonly #last = new SortedLast(REMEMBERED);
  #seen = 0;
  #threshold: number | null = null;

  /** `null` until enough sessions have been seen. */
  get threshold(): number | null {
    return this.#threshold;
  }

  add(value: number): void {
    this.#last.add(value);
    this.#seen += 1;
    if (this.#seen < ENOUGH || this.#seen % EVERY !== 0) return;
    const { size } = this.#last;
    this.#threshold = this.#last.at(Math.ceil(QUANTILE * size) - 1);
  }
}

interface Measured extends Drawn {
  readonly isInTail: boolean;
}

/** The value of a session that lies in no tail and says nothing of where it begins. */
export const IN_NO_TAIL = -Infinity;

/** What is measured of a session; `null` where it is no part of the metric. */
type ValueOf = (outcome: SessionOutcome) => number | null;

/** The event test on sessions beyond nearly all of stable's before them, or beyond a multiple of that (`beyond` of the plan). */
export class TailTally implements Tally {
  readonly #events: EventTally<Measured>;
  readonly #past = new PastTail();
  readonly #valueOf: ValueOf;
  readonly #times: number;

  constructor(plan: MetricPlan, valueOf: ValueOf) {
    this.#events = new EventTally<Measured>(plan, ({ isInTail }) => isInTail);
    this.#valueOf = valueOf;
    this.#times = plan.beyond ?? 1;
  }

  add(outcome: SessionOutcome): void {
    const value = this.#valueOf(outcome);
    if (value === null) return;
    const { arm, epoch, weight } = outcome;
    const { threshold } = this.#past;
    // The threshold was known before the session: that is what keeps the test exact.
    if (threshold !== null) this.#events.add({ arm, epoch, weight, isInTail: value > this.#times * threshold });
    if (arm === "stable" && value !== IN_NO_TAIL) this.#past.add(value);
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
    return this.#events.display(alpha);
  }

  /** Each replica measures by its own past; the counts add up. */
  absorb(other: Proof): void {
    if (!(other instanceof TailTally)) throw differentMetric();
    this.#events.absorb(other.#events);
  }
}
