import { Evidence } from "../domain/evidence/running-evidence.ts";
import type { Rollout } from "../domain/rollout/rollout.ts";
import type { Signal, SignalFate } from "../domain/feedback/signal.ts";
import type { Assignment, Turn } from "../domain/traffic/assignment.ts";
import type { Clock } from "../ports/clock.ts";
import type { EvidenceLog } from "../ports/evidence-log.ts";
import type { RoutePublisher } from "../ports/routes.ts";
import type { SessionObserver } from "../ports/session-observer.ts";
import { OtherReplicas } from "./other-replicas.ts";
import { SessionLedger } from "./session-ledger.ts";
import { StallWatch } from "./stall-watch.ts";

/** What the observatory is plugged into. */
export interface ObservatoryTerms {
  readonly clock: Clock;
  readonly log: EvidenceLog;
  readonly routes: RoutePublisher;
  /** This process in the journal. */
  readonly replicaId: string;
  /** Whether this replica decides on rollouts; absent where nobody else can. */
  readonly isLeader?: () => boolean;
  /** Whether there may be other replicas; absent where there are none. */
  readonly isShared?: boolean;
  /** Whether another replica lives; absent where none can. */
  readonly hasOthers?: () => boolean;
}

/**
 * Watches the sessions of every open rollout. The moment harm is proven the candidate's traffic stops,
 * before anything is written; the reconciler then makes it durable.
 */
export class Observatory implements SessionObserver {
  readonly #terms: ObservatoryTerms;
  readonly #ledgers = new Map<
    string,
    { readonly rollout: Rollout; readonly ledger: SessionLedger; announced: boolean }
  >();
  readonly #stalls: StallWatch;
  #forgottenUnobserved = 0;
  #onCrossing: (rolloutId: string) => void = () => {};

  constructor(terms: ObservatoryTerms) {
    this.#terms = terms;
    this.#stalls = new StallWatch(terms.clock);
  }

  /** Begins to notice when this process stands still: from then on `expire` is called by itself as well. */
  start(): void {
    this.#stalls.start(() => this.expire());
  }

  stop(): void {
    this.#stalls.stop();
  }

  /** Calls `wake` when harm has been proven for a rollout: once per rollout. */
  onCrossing(wake: (rolloutId: string) => void): void {
    this.#onCrossing = wake;
  }

  /** Starts watching a rollout with the evidence gathered so far; watching it already changes nothing. */
  watch(rollout: Rollout, evidence: Evidence = new Evidence(rollout.plan)): SessionLedger {
    const known = this.#ledgers.get(rollout.id);
    if (known !== undefined) return known.ledger;
    const { clock, log, replicaId, isLeader, isShared, hasOthers } = this.#terms;
    const others = new OtherReplicas(rollout.plan, replicaId);
    const { window } = rollout.plan;
    const ledger = new SessionLedger({
      rolloutId: rollout.id,
      window,
      evidence,
      clock,
      log,
      others,
      ...(isLeader !== undefined && { judgesAlone: isLeader }),
      ...(isShared !== undefined && { isShared }),
      ...(hasOthers !== undefined && { hasOthers }),
    });
    this.#ledgers.set(rollout.id, { rollout, ledger, announced: false });
    return ledger;
  }

  ledger(rolloutId: string): SessionLedger | null {
    return this.#ledgers.get(rolloutId)?.ledger ?? null;
  }

  forget(rolloutId: string): void {
    this.#forgottenUnobserved += this.ledger(rolloutId)?.unobserved ?? 0;
    this.#ledgers.delete(rolloutId);
  }

  /** Sessions since the start of the process that were served but not observed, because too many were waiting. */
  unobserved(): number {
    return [...this.#ledgers.values()].reduce((sum, { ledger }) => sum + ledger.unobserved, this.#forgottenUnobserved);
  }

  assigned(assignment: Assignment): void {
    this.#noticeStall();
    this.#ledgers.get(assignment.rolloutId)?.ledger.assigned(assignment);
  }

  turnBegan(rolloutId: string, session: string): number {
    return this.ledger(rolloutId)?.turnBegan(session) ?? 0;
  }

  turnDropped(rolloutId: string, session: string, begun: number): void {
    this.#noticeStall();
    const ledger = this.ledger(rolloutId);
    if (ledger === null) return;
    ledger.turnDropped(session, begun);
    this.#judge(rolloutId);
  }

  turnEnded(turn: Turn): void {
    this.#noticeStall();
    const watched = this.#ledgers.get(turn.rolloutId);
    if (watched === undefined) return;
    watched.ledger.turnEnded(turn);
    this.#judge(turn.rolloutId);
  }

  leftOut(rolloutId: string, session: string): void {
    this.#noticeStall();
    const ledger = this.ledger(rolloutId);
    if (ledger === null) return;
    ledger.leftOut(session);
    this.#judge(rolloutId);
  }

  /** All rollouts that are watched. */
  rollouts(): readonly Rollout[] {
    return [...this.#ledgers.values()].map(({ rollout }) => rollout);
  }

  /** The rollout that is watched under this id; `null` when it has ended or is not known. */
  watched(rolloutId: string): Rollout | null {
    return this.#ledgers.get(rolloutId)?.rollout ?? null;
  }

  /** Somebody said something of a session; `null` when its rollout is not watched or does not compare that. */
  heard(rolloutId: string, signal: Signal): SignalFate | null {
    return this.#ledgers.get(rolloutId)?.ledger.delayed?.receive(signal) ?? null;
  }

  /** Closes observation windows that have run out, for all rollouts. */
  expire(): void {
    this.#noticeStall();
    for (const [rolloutId, { ledger }] of this.#ledgers) {
      ledger.expire();
      this.#judge(rolloutId);
    }
  }

  /** Judges a rollout on the evidence of all replicas, after more of it has been gathered. */
  judgeTogether(rolloutId: string): void {
    const ledger = this.ledger(rolloutId);
    if (ledger?.harm.hasCrossedTogether() === true) this.#judge(rolloutId);
  }

  /** Closes all windows because the process stops. */
  close(): void {
    for (const { ledger } of this.#ledgers.values()) ledger.close();
  }

  /** Lets go of what still waits for other replicas, because the process leaves them. */
  leaveHeldOut(): void {
    for (const { ledger } of this.#ledgers.values()) ledger.leaveHeldOut();
  }

  /** What was under way while the process stood still says nothing of its releases: calls broke off, and time ran out. */
  #noticeStall(): void {
    if (!this.#stalls.hasStood()) return;
    for (const { ledger } of this.#ledgers.values()) ledger.leaveAllOut();
  }

  #judge(rolloutId: string): void {
    const watched = this.#ledgers.get(rolloutId);
    if (watched === undefined || watched.announced) return;
    if (!watched.ledger.harm.hasCrossed()) return;
    watched.announced = true;
    if (watched.rollout.plan.mode === "enforce") this.#terms.routes.trip(rolloutId);
    this.#onCrossing(rolloutId);
  }
}
