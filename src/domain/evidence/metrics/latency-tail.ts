import type { SessionOutcome } from "../evidence.ts";
import type { MetricPlan } from "../../rollout/plan.ts";
import { EventTally } from "./event-tally.ts";
import { defineMetric, differentMetric } from "./metric.ts";
import type { Drawn, MetricDisplay, Proof, Tally } from "./metric.ts";

/** Stable sessions that the threshold is taken from: the last so many. */
const REMEMBERED = 500;
/** Below so many a 95th percentile is little more than the maximum; until then no session is part of the metric. */
const ENOUGH = 100;
/** Stable sessions after which the threshold is taken anew: sorting after each would cost more than the test. */
const EVERY = 20;
const QUANTILE = 0.95;

/** The 95th percentile of stable's times, of sessions that came before. */
class PastTail {
  readonly #times = new Float64Array(REMEMBERED);
  #seen = 0;
  #threshold: number | null = null;

  /** `null` until enough sessions have been seen. */
  get threshold(): number | null {
    return this.#threshold;
  }

  add(ms: number): void {
    this.#times[this.#seen % REMEMBERED] = ms;
    this.#seen += 1;
    if (this.#seen < ENOUGH || this.#seen % EVERY !== 0) return;
    const known = this.#times.slice(0, Math.min(this.#seen, REMEMBERED)).toSorted();
    this.#threshold = known[Math.ceil(QUANTILE * known.length) - 1] ?? null;
  }
}

interface Timed extends Drawn {
  readonly isInTail: boolean;
}

/** The event test on sessions that took longer than nearly all of stable's before them. */
class TailTally implements Tally {
  readonly #events: EventTally<Timed>;
  readonly #past = new PastTail();

  constructor(plan: MetricPlan) {
    this.#events = new EventTally<Timed>(plan, ({ isInTail }) => isInTail);
  }

  add({ arm, epoch, weight, failure, latencyMs }: SessionOutcome): void {
    const ms = failure === null ? latencyMs : Infinity;
    if (ms === null) return;
    const { threshold } = this.#past;
    // The threshold was known before the session: that is what keeps the test exact.
    if (threshold !== null) this.#events.add({ arm, epoch, weight, isInTail: ms > threshold });
    if (arm === "stable") this.#past.add(ms);
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

/**
 * Sessions slower than the 95th percentile of stable's last 500: a regression that touches only the slowest answers,
 * which the rank test of `latency` cannot see (reference 3.3, tail). A failed session counts as infinitely slow.
 */
export const latencyTail = defineMetric({
  name: "latency-tail",
  unit: "share",
  create: (plan) => new TailTally(plan),
});
