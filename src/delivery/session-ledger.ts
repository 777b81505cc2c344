import type { Evidence } from "../domain/evidence/running-evidence.ts";
import type { Reading, SessionOutcome } from "../domain/evidence/evidence.ts";
import type { ObservationWindow } from "../domain/rollout/plan.ts";
import type { Assignment, FailureCause, Turn } from "../domain/traffic/assignment.ts";
import type { Clock } from "../ports/clock.ts";
import type { EvidenceLog } from "../ports/evidence-log.ts";
import type { OtherReplicas } from "./other-replicas.ts";

/** Sessions that may wait for their outcome at once; more are served but not observed, in both arms alike. */
const MAX_OPEN_SESSIONS = 100_000;

/** One session between its assignment and its final outcome. */
interface OpenSession {
  readonly order: number;
  readonly assignment: Assignment;
  readonly assignedAt: number;
  turns: number;
  failure: FailureCause | null;
  latencySumMs: number;
  latencyCount: number;
  firstTokenSumMs: number;
  firstTokenCount: number;
  costPico: bigint;
  refused: boolean;
  invalid: boolean;
  isFinal: boolean;
}

/** What a ledger needs. */
export interface LedgerTerms {
  readonly rolloutId: string;
  readonly window: ObservationWindow;
  readonly evidence: Evidence;
  readonly clock: Clock;
  readonly log: EvidenceLog;
  readonly others: OtherReplicas;
  /** Whether this replica may judge on its own evidence while it has heard of no other's; absent, always. */
  readonly judgesAlone?: () => boolean;
}

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
  #lastOutcomeAt: number;
  #unobserved = 0;
  readonly #assignedByEpoch = new Map<number, number>();
  #unloggedMs = 0;
  #crossed: Reading | null = null;

  constructor(terms: LedgerTerms) {
    this.#terms = terms;
    this.#lastOutcomeAt = terms.clock.now();
  }

  get evidence(): Evidence {
    return this.#terms.evidence;
  }

  /** What other replicas observed of the same rollout. */
  get others(): OtherReplicas {
    return this.#terms.others;
  }

  /** Sessions that were not observed because too many were waiting. */
  get unobserved(): number {
    return this.#unobserved;
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

  /**
   * Whether harm has been proven: once crossed, always crossed. Cheap; asked after every outcome. With other replicas
   * only the sum of all evidence proves anything: each testing alone would multiply the false alarms, and a replica
   * that does not decide would stop a candidate that goes on everywhere else.
   */
  hasCrossed(): boolean {
    const { evidence, others, judgesAlone } = this.#terms;
    if (others.isEmpty && judgesAlone?.() !== false) this.#judge(evidence);
    return this.#crossed !== null;
  }

  /** The same on the evidence of all replicas, as far as it has been heard. */
  hasCrossedTogether(): boolean {
    const { evidence, others } = this.#terms;
    this.#judge(others.isEmpty ? evidence : others.mergedWith(evidence));
    return this.#crossed !== null;
  }

  #judge(evidence: Evidence): void {
    if (this.#crossed === null && evidence.logUnion() >= evidence.threshold) this.#crossed = evidence.reading();
  }

  /** Harm that an earlier process had proven. */
  restoreCrossing(reading: Reading): void {
    this.#crossed = reading;
  }

  /** The evidence as it stands; proven harm is shown as it was when it was proven. */
  reading(): Reading {
    const { evidence, others } = this.#terms;
    return this.#crossed ?? (others.isEmpty ? evidence : others.mergedWith(evidence)).reading();
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
    const { evidence, log, clock, rolloutId } = this.#terms;
    const session: OpenSession = {
      order: this.#nextOrder,
      assignment,
      assignedAt: clock.now(),
      turns: 0,
      failure: null,
      latencySumMs: 0,
      latencyCount: 0,
      firstTokenSumMs: 0,
      firstTokenCount: 0,
      costPico: 0n,
      refused: false,
      invalid: false,
      isFinal: false,
    };
    this.#nextOrder += 1;
    this.#sessions.push(session);
    this.#open.set(assignment.session, session);
    this.restoreAssigned(assignment.epoch, 1);
    evidence.assigned(assignment.arm, assignment.epoch, assignment.weight);
    log.append(rolloutId, { type: "assigned", order: session.order, at: session.assignedAt, assignment });
  }

  turnEnded(turn: Turn): void {
    const session = this.#open.get(turn.session);
    if (session === undefined) return;
    session.turns += 1;
    session.failure ??= turn.failure;
    session.costPico += turn.costPico;
    session.refused ||= turn.refused === true;
    session.invalid ||= turn.invalid === true;
    if (turn.latencyMs !== null) {
      session.latencySumMs += turn.latencyMs;
      session.latencyCount += 1;
    }
    if (turn.firstTokenMs !== null) {
      session.firstTokenSumMs += turn.firstTokenMs;
      session.firstTokenCount += 1;
    }
    if (session.failure !== null || session.turns >= this.#terms.window.turns) this.#finalise(session);
    this.#consume();
  }

  /** Closes the windows that have run out. Windows are equally long, so they run out in assignment order. */
  expire(): void {
    const due = this.#terms.clock.now() - this.#terms.window.withinMs;
    for (let index = this.#head; index < this.#sessions.length; index += 1) {
      const session = this.#sessions[index];
      if (session === undefined || session.assignedAt > due) break;
      if (session.isFinal) continue;
      // No finished turn within the window is a failure of the assigned release.
      if (session.turns === 0) session.failure = "lost";
      this.#finalise(session);
    }
    this.#consume();
  }

  /** Closes every window now: the process is stopping in good order, alike for both arms. */
  close(): void {
    for (const session of this.#open.values()) {
      if (session.turns > 0) this.#finalise(session);
    }
    this.#consume();
  }

  #finalise(session: OpenSession): void {
    session.isFinal = true;
    const key = session.assignment.session;
    // A session whose pin was forgotten may have been drawn again meanwhile.
    if (this.#open.get(key) === session) this.#open.delete(key);
  }

  #consume(): void {
    for (;;) {
      const session = this.#sessions[this.#head];
      if (session === undefined || !session.isFinal) break;
      this.#head += 1;
      const outcome = outcomeOf(session);
      this.#terms.evidence.add(outcome);
      this.#terms.log.append(this.#terms.rolloutId, { type: "final", order: session.order, outcome });
      this.#lastOutcomeAt = this.#terms.clock.now();
      this.hasCrossed();
    }
    if (this.#head > 1_000 && this.#head * 2 > this.#sessions.length) {
      this.#sessions = this.#sessions.slice(this.#head);
      this.#head = 0;
    }
  }
}

/** The one contribution of a session to every metric. */
function outcomeOf(session: OpenSession): SessionOutcome {
  const { arm, epoch, weight } = session.assignment;
  return {
    arm,
    epoch,
    weight,
    failure: session.failure,
    latencyMs: session.latencyCount === 0 ? null : session.latencySumMs / session.latencyCount,
    firstTokenMs: session.firstTokenCount === 0 ? null : session.firstTokenSumMs / session.firstTokenCount,
    costPico: Number(session.costPico),
    ...(session.refused && { refused: true as const }),
    ...(session.invalid && { invalid: true as const }),
  };
}
