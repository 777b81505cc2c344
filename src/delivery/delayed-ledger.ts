import type { Evidence } from "../domain/evidence/running-evidence.ts";
import type { Signal, SignalFate } from "../domain/feedback/signal.ts";
import type { Assignment } from "../domain/traffic/assignment.ts";
import type { Clock } from "../ports/clock.ts";
import type { JournalBatch, JournalEntry } from "../ports/evidence-journal.ts";
import { DelayedBook } from "./delayed-book.ts";
import type { SettledOutcome } from "./delayed-book.ts";
import type { DelayedMetric } from "./delayed-metrics.ts";

/** Signals kept of sessions that no journal read so far has assigned; the oldest go first. */
const MAX_EARLY = 10_000;
/**
 * What came in on another replica in time is in its journal so much later at the most, milliseconds: whoever sent it waits
 * for that for 5 s, and clocks may differ by a second.
 */
const WRITTEN_MS = 6_000;

/** What a ledger of delayed outcomes needs. */
export interface DelayedTerms {
  readonly metrics: readonly DelayedMetric[];
  /** This replica's own. */
  readonly evidence: Evidence;
  readonly clock: Clock;
  /** Whether there may be other replicas, whose journals tell what they have heard. */
  readonly isShared: boolean;
  /** Writes this replica's journal. */
  readonly write: (entry: JournalEntry) => void;
  /** Called after each contribution of this replica's. */
  readonly settled: () => void;
}

/** What was done with signals that came to this replica, or reached its sessions, since the start. */
export type SignalCounts = Readonly<Record<SignalFate, number>>;

type LateEntry = Extract<JournalEntry, { readonly type: "late" }>;

/**
 * The sessions of one rollout whose outcomes come minutes or hours later. Every replica settles its own, in assignment
 * order, and writes each contribution into its journal; a signal that another replica received reaches it through that
 * one's journal. What a dead replica left is settled by who took over, and written there.
 */
export class DelayedLedger {
  readonly #terms: DelayedTerms;
  readonly #own: DelayedBook;
  /** What processes before this one left, which nobody else settles. */
  #inherited: DelayedBook | null = null;
  readonly #elsewhere = new Map<string, DelayedBook>();
  /** Signals of sessions that are not known yet, by session. */
  readonly #early = new Map<string, readonly Signal[]>();
  readonly #counts = { counted: 0, handed_on: 0, late: 0, known: 0, not_sampled: 0 };

  constructor(terms: DelayedTerms) {
    this.#terms = terms;
    this.#own = new DelayedBook(terms.metrics);
  }

  /** Sessions that were not observed because too many were waiting. */
  get dropped(): number {
    return this.#own.dropped;
  }

  get counts(): SignalCounts {
    return this.#counts;
  }

  /** A session was assigned here. */
  assigned(assignment: Assignment, at: number): void {
    this.#own.add(assignment, at);
  }

  /** A session that was assigned here is not observed. */
  leftOut(session: string): void {
    this.#own.leftOut(session);
  }

  /** Goes on with what an earlier process left. */
  inherit(book: DelayedBook): void {
    this.#inherited = book;
  }

  /** A signal came in here. It is in the journal from now on, whoever the session belongs to. */
  receive(signal: Signal): SignalFate {
    // A session that nobody here knows is another replica's; where there is no other, it is long over.
    const fate = this.#hear(signal) ?? (this.#terms.isShared ? "handed_on" : "late");
    if (fate === "counted" || fate === "handed_on") this.#terms.write({ type: "signal", ...signal });
    this.#counts[fate] += 1;
    return fate;
  }

  /** Takes in a batch of another replica's journal: who waits there, who no longer does, and what was said of whom. */
  takeBatch({ replicaId, entries }: JournalBatch): void {
    const book = this.#bookOf(replicaId);
    for (const entry of entries) {
      if (entry.type === "assigned") this.#assignedElsewhere(book, entry.assignment, entry.at);
      else if (entry.type === "left_out" || entry.type === "twice") book.leftOut(entry.session);
      else if (entry.type === "signal") this.#hearFromElsewhere(entry);
      else if (entry.type === "late") this.#settledElsewhere(entry, book);
    }
  }

  /**
   * All journals have been read to their ends, beginning at `startedAt` (epoch milliseconds): what was said in time of the
   * sessions that were over by then is known, and so is whose sessions somebody took over. Sessions that `isHeld` wait on, and those behind them: another
   * replica may count them.
   */
  gathered(startedAt: number, hasOthers: boolean, isHeld: (session: string) => boolean = () => false): void {
    const terms = { now: startedAt, graceMs: hasOthers ? WRITTEN_MS : 0, isHeld };
    for (const settled of this.#own.settle(terms)) this.#settle(settled);
  }

  /** Settles what has had its time; with other replicas that waits until their journals have been read. */
  expire(): void {
    const { clock, isShared } = this.#terms;
    const terms = { now: clock.now(), graceMs: 0 };
    if (this.#inherited !== null) {
      for (const settled of this.#inherited.settle(terms)) this.#settle(settled, "");
      if (this.#inherited.size === 0) this.#inherited = null;
    }
    if (isShared) return;
    for (const settled of this.#own.settle(terms)) this.#settle(settled);
  }

  /** Settles what dead replicas left: theirs whose windows ended before `deadMs` ago. For who decides on rollouts. */
  adopt(live: ReadonlySet<string>, deadMs: number): void {
    const now = this.#terms.clock.now();
    for (const [replicaId, book] of this.#elsewhere) {
      if (live.has(replicaId)) continue;
      for (const settled of book.settle({ now, graceMs: deadMs, onlyPassed: true })) this.#settle(settled, replicaId);
    }
  }

  #settle({ metric, session, outcome }: SettledOutcome, of?: string): void {
    const { evidence, write, settled } = this.#terms;
    evidence.addDelayed(metric, outcome);
    write({ type: "late", metric, session, outcome, ...(of !== undefined && { of }) });
    settled();
  }

  #hear(signal: Signal): SignalFate | null {
    const own = this.#own.hear(signal) ?? this.#inherited?.hear(signal) ?? null;
    if (own !== null) return own;
    for (const book of this.#elsewhere.values()) {
      const fate = book.hear(signal);
      if (fate !== null) return fate;
    }
    return null;
  }

  #hearFromElsewhere({ metric, session, value, at }: Signal): void {
    const signal = { metric, session, value, at };
    const own = this.#own.hear(signal);
    if (own !== null) this.#counts[own] += 1;
    else if (this.#hear(signal) === null) this.#keepEarly(signal);
  }

  #keepEarly(signal: Signal): void {
    const known = this.#early.get(signal.session) ?? [];
    // The first counts; a session that is over everywhere may be spoken of for ever.
    if (known.some(({ metric }) => metric === signal.metric)) return;
    const [oldest] = this.#early.keys();
    if (this.#early.size >= MAX_EARLY && oldest !== undefined) this.#early.delete(oldest);
    this.#early.set(signal.session, [...known, signal]);
  }

  #assignedElsewhere(book: DelayedBook, assignment: Assignment, at: number): void {
    book.add(assignment, at);
    const early = this.#early.get(assignment.session);
    if (early === undefined) return;
    this.#early.delete(assignment.session);
    for (const signal of early) book.hear(signal);
  }

  #settledElsewhere({ metric, session, of }: LateEntry, book: DelayedBook): void {
    if (of === undefined) {
      book.settledElsewhere(metric, session);
      // Two replicas may have drawn it, before each had heard of the other.
      this.#own.remove(metric, session);
      return;
    }
    // Settled in the place of a replica that was taken for dead, be it this one.
    this.#own.remove(metric, session);
    if (of !== "") this.#bookOf(of).removeAhead(metric, session);
    // A process that was alone settled what all before it had left; theirs are earlier journals.
    else for (const earlier of this.#elsewhere.values()) earlier.remove(metric, session);
  }

  #bookOf(replicaId: string): DelayedBook {
    const known = this.#elsewhere.get(replicaId);
    if (known !== undefined) return known;
    const book = new DelayedBook(this.#terms.metrics);
    this.#elsewhere.set(replicaId, book);
    return book;
  }
}
