import type { AbReading } from "../domain/evidence/ab-evidence.ts";
import type { Evidence } from "../domain/evidence/running-evidence.ts";
import type { Reading } from "../domain/evidence/evidence.ts";
import { RecentOutcomes } from "../domain/rollout/recent-outcomes.ts";
import type { Assignment, Turn } from "../domain/traffic/assignment.ts";
import type { JournalEntry } from "../ports/evidence-journal.ts";
import { beforeOf } from "./before-of.ts";
import { DelayedLedger } from "./delayed-ledger.ts";
import { delayedMetrics } from "./delayed-metrics.ts";
import { HarmProof } from "./harm-proof.ts";
import type { LedgerCut } from "./harm-proof.ts";
import {
  addTurns,
  beginCall,
  dropCall,
  endCall,
  hasFirstTurn,
  hasTurn,
  isDecided,
  openSession,
  outcomeOf,
} from "./open-session.ts";
import type { OpenSession } from "./open-session.ts";
import type { LedgerTerms } from "./ledger-terms.ts";
import type { OtherReplicas } from "./other-replicas.ts";
import { claimsOf } from "./session-claims.ts";
import type { SessionClaims } from "./session-claims.ts";

/** Sessions that may wait for their outcome at once; more are served but not observed, in both arms alike. */
const MAX_OPEN_SESSIONS = 100_000;

/**
 * The sessions of one rollout on this replica, in assignment order. Outcomes reach the evidence in that
 * order and only when final, however late or early they arrive: feeding them in order of arrival would
 * roll back good releases whose failures merely show sooner.
 */
export class SessionLedger {
  readonly #terms: LedgerTerms;
  /** Waiting sessions from `#head` on; compacted now and then. */
  #sessions: OpenSession[] = [];
  #head = 0;
  readonly #open = new Map<string, OpenSession>();
  #nextOrder = 1;
  #nextCall = 1;
  #lastOutcomeAt: number;
  #unobserved = 0;
  readonly #assignedByEpoch = new Map<number, number>();
  #unloggedMs = 0;
  /** Entries of this replica's own journal. */
  #entries = 0;
  /** Entries of earlier processes whose evidence was taken up. */
  #before = 0;
  #recent = new RecentOutcomes();

  /** Whether they have proven harm. */
  readonly harm: HarmProof;
  /** Sessions whose outcomes come later; `null` where the plan has no metric of that kind. */
  readonly delayed: DelayedLedger | null;
  /** Which of the sessions that other replicas drew too count here; `null` where there can be no others. */
  readonly claims: SessionClaims<OpenSession> | null;
  /** What no metric compares is neither kept nor written. */
  readonly #wantsSpeed: boolean;

  constructor(terms: LedgerTerms) {
    this.#terms = terms;
    this.#lastOutcomeAt = terms.clock.now();
    const { rolloutId, evidence, clock, isShared = false } = terms;
    this.#wantsSpeed = evidence.plan.metrics.some(({ metric }) => metric === "tokens-per-second");
    this.harm = new HarmProof(terms, () => this.#cutNow());
    this.claims = claimsOf(terms);
    const metrics = delayedMetrics(rolloutId, evidence.plan.metrics);
    const write = (entry: JournalEntry): void => this.#write(entry);
    const settled = (): void => void this.harm.hasCrossed();
    this.delayed =
      metrics.length === 0 ? null : new DelayedLedger({ metrics, evidence, clock, isShared, write, settled });
  }

  get evidence(): Evidence {
    return this.#terms.evidence;
  }

  /** What other replicas observed of the same rollout. */
  get others(): OtherReplicas {
    return this.#terms.others;
  }

  /** The last sessions of all replicas, as far as they have been heard. */
  get recent(): RecentOutcomes {
    return this.#recent;
  }

  /** Sessions that were not observed because too many were waiting. */
  get unobserved(): number {
    return this.#unobserved + (this.delayed?.dropped ?? 0);
  }

  /** When the last sign of traffic came from any replica, epoch milliseconds; the start of the ledger before the first. */
  get lastOutcomeAt(): number {
    return Math.max(this.#lastOutcomeAt, this.#terms.others.lastAt);
  }

  /** Sessions assigned in an epoch, both arms. */
  assignedIn(epoch: number): number {
    return this.#assignedByEpoch.get(epoch) ?? 0;
  }

  /** Sessions assigned in all epochs, both arms. */
  get assignedInAll(): number {
    return [...this.#assignedByEpoch.values()].reduce((sum, sessions) => sum + sessions, 0);
  }

  /** Time watched that is not in the rollout's log yet, milliseconds. */
  get unloggedMs(): number {
    return this.#unloggedMs;
  }

  watched(ms: number): void {
    this.#unloggedMs += ms;
  }

  timeLogged(): void {
    this.#unloggedMs = 0;
  }

  /** The last sessions of earlier processes. */
  restoreRecent(recent: RecentOutcomes): void {
    this.#recent = recent;
  }

  /** The evidence that this ledger began with was that of so many entries of earlier processes. */
  restoreBefore(entries: number): void {
    this.#before = entries;
  }

  /** What of the journals the reading rests on; `null` where that was not kept. */
  cut(): LedgerCut | null {
    const proof = this.harm.current;
    return proof === null ? this.#cutNow() : proof.cut;
  }

  #cutNow(): LedgerCut {
    const parts = this.#terms.others.cutWith(this.#entries);
    return { parts, ...beforeOf(this.#before) };
  }

  #write(entry: JournalEntry): void {
    this.#entries += 1;
    this.#terms.log.append(this.#terms.rolloutId, entry);
  }

  /** The evidence as it stands; proven harm is shown as it was when it was proven. */
  reading(): Reading {
    const { evidence, others } = this.#terms;
    return this.harm.current?.reading ?? (others.isEmpty ? evidence : others.mergedWith(evidence)).reading();
  }

  /** Who wins an A/B test so far, on the evidence of all replicas; `null` for every other strategy. */
  abReading(): Omit<AbReading, "evidenceHash"> | null {
    const { evidence, others } = this.#terms;
    return (others.isEmpty ? evidence : others.mergedWith(evidence)).abReading();
  }

  /** Counts sessions that an earlier process assigned, so that steps go on where they were. */
  restoreAssigned(epoch: number, sessions: number): void {
    this.#assignedByEpoch.set(epoch, this.assignedIn(epoch) + sessions);
  }

  assigned(assignment: Assignment): void {
    // Finished sessions wait too, behind the oldest unfinished one.
    if (this.#sessions.length - this.#head >= MAX_OPEN_SESSIONS) {
      this.#unobserved += 1;
      return;
    }
    const { evidence, clock } = this.#terms;
    const session = openSession(this.#nextOrder, assignment, { wallMs: clock.now(), elapsedMs: clock.elapsed() });
    this.#nextOrder += 1;
    this.#sessions.push(session);
    this.#open.set(assignment.session, session);
    this.restoreAssigned(assignment.epoch, 1);
    evidence.assigned(assignment.arm, assignment.epoch, assignment.weight);
    this.#write({ type: "assigned", order: session.order, at: session.assignedAt, assignment });
    this.delayed?.assigned(assignment, session.assignedAt);
    this.claims?.assigned(session);
  }

  /** Other replicas' journals have been read: gives up the sessions that those count, and counts what was held for them. */
  settleClaims(): void {
    for (const session of this.claims?.yielded() ?? []) this.#yield(session);
    this.#consume();
  }

  #yield(session: OpenSession): void {
    const { order, assignment } = session;
    const { arm, epoch, weight } = assignment;
    session.isYielded = true;
    this.#finalise(session);
    this.claims?.settled(session);
    // Drawn here again after its pin was forgotten, it may count all the same.
    if (this.claims?.isClaimed(assignment.session) !== true) this.delayed?.leftOut(assignment.session);
    this.restoreAssigned(epoch, -1);
    this.#terms.evidence.unassigned(arm, epoch, weight);
    this.#write({ type: "twice", order, session: assignment.session, epoch });
  }

  /** A call begins; answers its number, unlike that of any other call here, or 0 where it cannot count. */
  turnBegan(session: string): number {
    const open = this.#open.get(session);
    if (open === undefined || !beginCall(open, this.#nextCall, this.#terms.window.turns)) return 0;
    this.#nextCall += 1;
    return this.#nextCall - 1;
  }

  /**
   * Turns count in the order in which their calls began. Counting them as they end would let the fastest of several
   * calls at once decide, and the failures that take longest would never be seen.
   */
  turnEnded(turn: Turn): void {
    const session = this.#open.get(turn.session);
    if (session === undefined) return;
    endCall(session, turn.begun ?? this.turnBegan(turn.session), turn);
    this.#decide(session);
  }

  /** A call that began has no turn: it is as if it had not begun. */
  turnDropped(session: string, begun: number): void {
    const open = this.#open.get(session);
    if (open === undefined) return;
    dropCall(open, begun);
    this.#decide(open);
  }

  #decide(session: OpenSession): void {
    if (isDecided(session, this.#terms.window.turns)) this.#finalise(session);
    this.#consume();
  }

  /** A session is not observed: nobody asked its release. One that has had a turn keeps it. */
  leftOut(session: string): void {
    const open = this.#open.get(session);
    if (open === undefined || hasTurn(open)) return;
    this.#leaveOut(open);
    this.#consume();
  }

  /** Closes the windows that have run out. Windows are equally long, so they run out in assignment order. */
  expire(): void {
    const due = this.#terms.clock.elapsed() - this.#terms.window.withinMs;
    for (let index = this.#head; index < this.#sessions.length; index += 1) {
      const session = this.#sessions[index];
      if (session === undefined || session.beganAt > due) break;
      if (session.isFinal) continue;
      // A first call that has not ended within the window is a failure of the assigned release.
      if (!hasFirstTurn(session)) session.failure = "lost";
      this.#finalise(session);
    }
    this.#consume();
    this.delayed?.expire();
  }

  /** Closes every window now: the process is stopping in good order, alike for both arms. What had no first turn is left out. */
  close(): void {
    for (const session of this.#open.values()) {
      if (hasFirstTurn(session)) this.#finalise(session);
      else this.#leaveOut(session);
    }
    this.#consume();
  }

  /** The process leaves the others: what must not count yet never will here, alike for both arms, and what waited behind it counts. */
  leaveHeldOut(): void {
    for (const session of this.#sessions.slice(this.#head)) {
      if (!session.isFinal || session.isYielded || this.claims?.holds(session) !== true) continue;
      this.#leaveOut(session);
      this.claims.settled(session);
    }
    this.#consume();
  }

  /**
   * The process stood still: whatever is open and whatever waits behind that is not observed, as after a hard kill. What had been
   * answered by then is no fair sample: failures that show at once would be in it, and timeouts would not.
   */
  leaveAllOut(): void {
    for (const session of this.#sessions.slice(this.#head)) this.#leaveOut(session);
    this.#consume();
  }

  #leaveOut(session: OpenSession): void {
    session.isLeftOut = true;
    this.delayed?.leftOut(session.assignment.session);
    this.#finalise(session);
  }

  #finalise(session: OpenSession): void {
    addTurns(session, this.#terms.window.turns);
    session.isFinal = true;
    const key = session.assignment.session;
    // A session whose pin was forgotten may have been drawn again meanwhile.
    if (this.#open.get(key) === session) this.#open.delete(key);
  }

  #consume(): void {
    for (;;) {
      const session = this.#sessions[this.#head];
      if (session === undefined || !session.isFinal) break;
      if (!session.isYielded && this.claims?.holds(session) === true) break;
      this.#head += 1;
      if (session.isYielded) continue;
      this.claims?.settled(session);
      if (session.isLeftOut) this.#takeOut(session);
      else this.#observe(session);
    }
    if (this.#head > 1_000 && this.#head * 2 > this.#sessions.length) {
      this.#sessions = this.#sessions.slice(this.#head);
      this.#head = 0;
    }
  }

  #observe(session: OpenSession): void {
    const outcome = outcomeOf(session, this.#wantsSpeed);
    this.#terms.evidence.add(outcome);
    this.#recent.add(session.assignedAt, outcome);
    this.#write({ type: "final", order: session.order, outcome });
    this.#lastOutcomeAt = this.#terms.clock.now();
    this.harm.hasCrossed();
  }

  #takeOut({ order, assignment: { session, arm, epoch, weight } }: OpenSession): void {
    this.#terms.evidence.leftOut(arm, epoch, weight);
    this.#write({ type: "left_out", order, session });
  }
}
