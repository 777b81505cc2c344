import type { DelayedOutcome } from "../domain/evidence/evidence.ts";
import type { Signal, SignalFate } from "../domain/feedback/signal.ts";
import type { Assignment } from "../domain/traffic/assignment.ts";
import type { DelayedMetric } from "./delayed-metrics.ts";

/** Sessions of one metric that may wait at once, some 200 bytes each; more are not observed, in both arms alike. */
export const MAX_DELAYED_SESSIONS = 100_000;

/** Forgotten sessions from which on the queue is made shorter. */
const COMPACTED_AT = 1_000;

/** A session whose outcome may still come, or one that is over and not yet forgotten. */
interface QueuedSession {
  readonly session: string;
  readonly assignment: Assignment;
  /** When it was assigned, epoch milliseconds. */
  readonly at: number;
  value: number | null;
  isOver: boolean;
}

/** A session that has had its time, and its contribution. */
export interface SettledSession {
  readonly session: string;
  readonly outcome: DelayedOutcome;
}

/** When sessions are over. Times in milliseconds, `now` since the epoch. */
export interface SettleTerms {
  readonly now: number;
  /** Windows count as open for so much longer. */
  readonly graceMs: number;
  /** Whether one whose outcome has come waits for the end of its window all the same. */
  readonly onlyPassed?: boolean;
  /** Whether a session and those behind it wait all the same. */
  readonly isHeld?: (session: string) => boolean;
}

/**
 * The sessions of one delayed metric that one replica assigned, in that order. A session is over when its outcome has
 * come or its window has passed, and leaves only when all before it are: in order of arrival a release whose users
 * complain sooner would look worse than it is.
 */
export class DelayedQueue {
  readonly metric: DelayedMetric;
  /** In assignment order: forgotten up to `#first`, over up to `#head`; compacted now and then. */
  #queue: QueuedSession[] = [];
  #first = 0;
  #head = 0;
  /** Those that are not forgotten: who speaks of one that is over is told so. */
  readonly #known = new Map<string, QueuedSession>();
  /** Sessions that were settled elsewhere and whose assignment has not been read yet. */
  readonly #settledBefore = new Set<string>();
  #waiting = 0;
  #dropped = 0;

  constructor(metric: DelayedMetric) {
    this.metric = metric;
  }

  /** Sessions that found no room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Sessions that wait. */
  get size(): number {
    return this.#waiting;
  }

  /** A session was assigned; one that is known already has one contribution, however often it is drawn. */
  add(assignment: Assignment, at: number): void {
    const { session } = assignment;
    if (this.#known.has(session) || !this.metric.isMember(session)) return;
    const isOver = this.#settledBefore.delete(session);
    if (!isOver && this.#waiting >= MAX_DELAYED_SESSIONS) {
      this.#dropped += 1;
      return;
    }
    const queued = { session, assignment, at, value: null, isOver };
    this.#queue.push(queued);
    this.#known.set(session, queued);
    if (!isOver) this.#waiting += 1;
  }

  /** Takes the first outcome of a session; `null` for one that is not known here. */
  hear({ session, value, at }: Signal): Exclude<SignalFate, "handed_on"> | null {
    const queued = this.#known.get(session);
    if (queued === undefined && this.#settledBefore.has(session)) return "known";
    if (queued === undefined) return this.metric.isMember(session) ? null : "not_sampled";
    if (at > queued.at + this.metric.withinMs) return "late";
    if (queued.isOver || queued.value !== null) return "known";
    queued.value = value;
    return "counted";
  }

  /** Takes out the oldest sessions that are over. */
  *settle({ now, graceMs, onlyPassed = false, isHeld }: SettleTerms): Iterable<SettledSession> {
    this.#forget(now);
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { session, assignment, at, value } = next;
      const passedMs = now - (at + this.metric.withinMs + graceMs);
      if (passedMs < 0 && (value === null || onlyPassed)) return;
      if (isHeld?.(session) === true) return;
      this.#end(next);
      const { arm, epoch, weight } = assignment;
      yield { session, outcome: { arm, epoch, weight, value } };
    }
  }

  /** Takes out a session that its own replica has settled, and those before it, which it never will. */
  settledElsewhere(session: string): void {
    const queued = this.#known.get(session);
    if (queued === undefined || queued.isOver) return;
    this.#forget(queued.at);
    for (let next = this.#next(); next !== undefined && !queued.isOver; next = this.#next()) this.#end(next);
  }

  /** Takes out one session that another replica has settled in place of its own. */
  remove(session: string): void {
    const queued = this.#known.get(session);
    if (queued !== undefined && !queued.isOver) this.#end(queued);
  }

  /**
   * The same where the journal that assigned it may not have been read: journals are read one after the other, and who
   * settles in a dead replica's place may come before it.
   */
  removeAhead(session: string): void {
    if (this.#known.has(session)) return this.remove(session);
    const [oldest] = this.#settledBefore;
    if (this.#settledBefore.size >= MAX_DELAYED_SESSIONS && oldest !== undefined) this.#settledBefore.delete(oldest);
    this.#settledBefore.add(session);
  }

  /** The oldest session that waits. */
  #next(): QueuedSession | undefined {
    while (this.#queue[this.#head]?.isOver === true) this.#head += 1;
    return this.#queue[this.#head];
  }

  #end(queued: QueuedSession): void {
    queued.isOver = true;
    this.#waiting -= 1;
  }

  /** Forgets what is over and was assigned two windows ago, and the oldest of too many. */
  #forget(now: number): void {
    const most = 2 * MAX_DELAYED_SESSIONS;
    for (;;) {
      const oldest = this.#queue[this.#first];
      if (oldest === undefined || !oldest.isOver) break;
      if (this.#known.size <= most && oldest.at + 2 * this.metric.withinMs > now) break;
      this.#known.delete(oldest.session);
      this.#first += 1;
    }
    if (this.#first < COMPACTED_AT || this.#first * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#first);
    this.#head = Math.max(0, this.#head - this.#first);
    this.#first = 0;
  }
}
