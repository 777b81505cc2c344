import type { Signal, SignalFate } from "../domain/feedback/signal.ts";
import type { MetricName } from "../domain/rollout/plan.ts";
import type { Assignment } from "../domain/traffic/assignment.ts";
import type { DelayedMetric } from "./delayed-metrics.ts";
import { DelayedQueue } from "./delayed-queue.ts";
import type { SettledSession, SettleTerms } from "./delayed-queue.ts";

/** A session that has had its time in one metric. */
export interface SettledOutcome extends SettledSession {
  readonly metric: MetricName;
}

/** The sessions of one rollout that one replica assigned and whose delayed outcomes may still come. */
export class DelayedBook {
  readonly #queues: ReadonlyMap<MetricName, DelayedQueue>;

  constructor(metrics: readonly DelayedMetric[]) {
    this.#queues = new Map(metrics.map((metric) => [metric.name, new DelayedQueue(metric)]));
  }

  get dropped(): number {
    return this.#sum(({ dropped }) => dropped);
  }

  /** Sessions that wait, once for each metric. */
  get size(): number {
    return this.#sum(({ size }) => size);
  }

  add(assignment: Assignment, at: number): void {
    for (const queue of this.#queues.values()) queue.add(assignment, at);
  }

  /** `null` when the session does not wait here. */
  hear(signal: Signal): Exclude<SignalFate, "handed_on"> | null {
    return this.#queues.get(signal.metric)?.hear(signal) ?? null;
  }

  /** See `DelayedQueue.settle`. */
  *settle(terms: SettleTerms): Iterable<SettledOutcome> {
    for (const [metric, queue] of this.#queues) {
      for (const settled of queue.settle(terms)) yield { metric, ...settled };
    }
  }

  settledElsewhere(metric: MetricName, session: string): void {
    this.#queues.get(metric)?.settledElsewhere(session);
  }

  remove(metric: MetricName, session: string): void {
    this.#queues.get(metric)?.remove(session);
  }

  /** A session is not observed in any metric. */
  leftOut(session: string): void {
    for (const queue of this.#queues.values()) queue.remove(session);
  }

  /** See `DelayedQueue.removeAhead`. */
  removeAhead(metric: MetricName, session: string): void {
    this.#queues.get(metric)?.removeAhead(session);
  }

  #sum(of: (queue: DelayedQueue) => number): number {
    let sum = 0;
    for (const queue of this.#queues.values()) sum += of(queue);
    return sum;
  }
}
