import type { AttemptReason } from "../../domain/call/call-record.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { FaultClass } from "../../domain/health/fault-class.ts";
import { askedWaitOf, faultClassOf, isMisfit } from "../../domain/health/fault-class.ts";
import { MOST_SPREAD_MS } from "../../domain/health/key-pool.ts";
import { nextStep } from "../../domain/health/next-step.ts";
import type { Need } from "../../domain/limits/learned/learned-limit.ts";
import type { Gateway } from "../gateway.ts";
import type { Spare } from "./deliverable.ts";
import { exhausted, findPlace, hasOther, holdPlace } from "./find-place.ts";
import type { Found, Hold, Place, Search } from "./find-place.ts";
import { noteWanted } from "./plan-of.ts";
import type { CallPlan, Deployment, PlannedTarget } from "./plan-of.ts";

/** What a trip needs to know of its call. */
export interface TripTerms {
  readonly gateway: Pick<Gateway, "clock" | "random">;
  readonly plan: CallPlan;
  /** Shared by all attempts, monotonic milliseconds. */
  readonly deadline: number;
  readonly stream: boolean;
  /** What the call begins with, where it should go to who has it in a cache; absent is anywhere. */
  readonly beginning?: string;
  /** Position of the target that is asked first; absent is the primary. */
  readonly start?: number;
  /** What the call takes of its providers' limits; absent is one request. */
  readonly need?: () => Need;
  /** How calls wait for a provider's limit; absent where they do not. */
  readonly line?: ProviderLine;
  /** Told when an answer was rejected and another target is asked for a better one. */
  readonly onEscalation?: (from: number, to: number) => void;
  /** Told when a target was passed over; it counts against its release, though nobody asked it. */
  readonly onSkip: (target: number, error: RollwardError) => void;
}

/** Where calls wait until a provider has something left for them. */
export interface ProviderLine {
  readonly longestWaitMs: number;
  /** Whether others wait for the target already. */
  isTaken(target: PlannedTarget): boolean;
}

/**
 * Where a call goes next: to a place now, or nowhere before `waitMs` have passed. `isInLine` says that it is a
 * provider's limit that it waits for, in the line of those who do.
 */
export type Leg =
  | { readonly type: "ask"; readonly place: Place }
  | { readonly type: "wait"; readonly waitMs: number; readonly isInLine: boolean }
  | { readonly type: "over" };

const OVER: Leg = { type: "over" };

/** Whoever is behind others waits, nobody knows yet for how long. */
const LEAST_WAIT_MS = 1;

/**
 * The way of one call through the targets of its plan. It asks nobody itself: `leg` says where to go, `failed`
 * takes what went wrong there. No target is visited twice, except one whose breaker was open and that is all that
 * is left; a deployment that was late or away is not asked again.
 */
export class Trip {
  readonly #terms: TripTerms;
  /** Targets that were visited or skipped; made when the first one fails. */
  #visited: Set<number> | null = null;
  /** Deployments that are not asked again in this call. */
  #left: Set<Deployment> | null = null;
  #target = 0;
  #tries = 1;
  /** Other keys that stepped in at this target. */
  #rotations = 0;
  #waitMs: number | null = null;
  #isInLine = false;
  /** What is kept for the call since its turn came. */
  #hold: Hold | null = null;
  /** The first target that was skipped because its breaker was open. */
  #skipped: number | null = null;
  #isLastResort = false;
  #isOver = false;
  #error: RollwardError | null = null;
  #reason: AttemptReason = "first";
  /** What led to the target that is asked now: whoever cannot take the request is passed over along the same chain. */
  #ledBy: FaultClass = "gone";
  /** A rejected answer that goes out when nobody has a better one. */
  spare: Spare | null = null;

  constructor(terms: TripTerms) {
    this.#terms = terms;
    this.#target = terms.start ?? 0;
    noteWanted(terms.plan, terms.gateway.clock.elapsed());
  }

  get plan(): CallPlan {
    return this.#terms.plan;
  }

  /** Position of the target that is asked next. */
  get position(): number {
    return this.#target;
  }

  /** Whether another target could step in after an outage. */
  get hasNext(): boolean {
    return this.#next("outage") !== null;
  }

  /** Why the next attempt is made. */
  get reason(): AttemptReason {
    return this.#reason;
  }

  /** What the client is told when nobody answered: what really went wrong rather than who was passed over. */
  get error(): RollwardError {
    return this.#error ?? new RollwardError("internal");
  }

  leg(): Leg {
    while (!this.#isOver) {
      if (this.#waitMs !== null) {
        const waitMs = this.#waitMs;
        this.#waitMs = null;
        return { type: "wait", waitMs, isInLine: this.#isInLine };
      }
      const hasNext = this.#next("gone") !== null;
      const isUrgent = this.#isLastResort || (!hasNext && this.#skipped === null);
      const found = this.#behind() ?? this.#find({ isUrgent, isRetry: this.#tries > 1 });
      if (found.type === "place") return { type: "ask", place: found.place };
      this.#pass(found);
    }
    return OVER;
  }

  /** The target that is asked next, and how it may be asked. */
  get planned(): PlannedTarget | undefined {
    return this.plan.targets[this.#target];
  }

  /** Keeps a key of the target for the call; how long none is free, ms, where there is none. */
  hold(): Hold | number {
    return holdPlace(this.#terms.gateway, this.plan, this.#search({ isUrgent: false }));
  }

  /** The call's turn has come: what is kept for it is its own until the next leg. */
  letIn(hold: Hold): void {
    this.letGo();
    this.#hold = hold;
  }

  /** Gives back what is kept for a call that ends. */
  letGo(): void {
    this.#hold?.release();
    this.#hold = null;
  }

  /** The call has waited long enough, or would have to wait too long. */
  turnedAway(waitMs: number): void {
    const error = exhausted(this.planned?.target ?? { provider: "?" }, waitMs);
    this.#terms.onSkip(this.#target, error);
    this.#error ??= error;
    this.#stop("rate-limit");
  }

  /**
   * A place is not asked after all; where it `isFull` a limit of one's own has no room for it. Whether another one of its
   * target may then be asked, which is the next leg.
   */
  giveBack({ deployment, target, admission }: Place, isFull: boolean): boolean {
    deployment.health.circuit.withdrawn(admission);
    return isFull && this.#leaveForOther(deployment, target);
  }

  /** The target that is next has no room under a limit of one's own: it is passed over. */
  passOver(error: RollwardError): void {
    this.#pass({ error, waitMs: null });
  }

  /**
   * An attempt at a place failed after `tookMs`: decides what comes next. A fallback that cannot take the request is
   * passed over, and the error that led to it stays what is told.
   */
  failed(error: RollwardError, { deployment, target }: Place, tookMs: number): void {
    const { plan, deadline, gateway, start = 0 } = this.#terms;
    const now = gateway.clock.elapsed();
    const fault = faultClassOf(error);
    const hides = this.#error !== null && isMisfit(error, target !== start);
    if (!hides) this.#error = error;
    else if (fault === "final") return this.#goOn(this.#ledBy);
    const { health } = deployment;
    const { retries } = plan.policy;
    const failed = {
      fault,
      askedMs: fault === "rate-limit" ? health.keys.restMs(now) : askedWaitOf(error),
      tookMs,
      tries: this.#tries,
      hasOther: this.#findOther(fault, deployment, target),
      hasNext: this.#next(fault) !== null,
      remainingMs: deadline - now,
      random: gateway.random(),
    };
    const step = nextStep(
      retries,
      failed,
      () => health.circuit.state === "closed" && health.budget.take(now, retries.budget),
    );
    if (step.type === "stop") return this.#stop(fault);
    if (step.type === "next") return this.#goOn(fault);
    this.#reason = step.type === "retry" ? "retry" : "other";
    if (step.type === "retry") this.#tries += 1;
    if (step.type === "retry" && step.waitMs > 0) this.#waitMs = step.waitMs;
    this.#isInLine = false;
  }

  /** The request was too long and is shorter now: the same target is asked once more. */
  shortened(error: RollwardError): void {
    this.#error = error;
    this.#reason = "retry";
    this.#tries += 1;
  }

  /** The target cannot take this request at all; nothing was sent. The first error stays what is told. */
  unfit(error: RollwardError): void {
    const isFirst = this.#error === null;
    this.#error ??= error;
    if (isFirst) this.#isOver = true;
    else this.#goOn(this.#ledBy);
  }

  /** The best place for a second request while the one at `place` is late: elsewhere, else the next target. */
  second(place: Place): Place | null {
    const { gateway, plan } = this.#terms;
    // A second request is no probe: it would spend one, and may be stopped before it tells anything.
    const broken = plan.targets.flatMap(({ deployments }) => deployments).filter(isBroken);
    const left = new Set([...(this.#left ?? []), ...broken, place.deployment]);
    const next = this.#next("late");
    for (const target of next === null ? [this.#target] : [this.#target, next]) {
      const found = this.#find({ target, left, isUrgent: false, isRetry: true });
      if (found.type === "none") continue;
      const { health } = found.place.deployment;
      if (health.budget.take(gateway.clock.elapsed(), plan.policy.retries.budget)) return found.place;
      health.circuit.withdrawn(found.place.admission);
    }
    return null;
  }

  /** Until the deadline that all attempts share, ms. */
  get remainingMs(): number {
    return this.#terms.deadline - this.#terms.gateway.clock.elapsed();
  }

  /** A target once more, for a better answer; `null` when it may not be asked now. */
  again(target: number): Place | null {
    const found = this.#find({ target, isUrgent: false, isRetry: true });
    return found.type === "place" ? found.place : null;
  }

  /** A second request was made at a place: should both fail, it is not asked again. */
  alsoAsked({ target, deployment }: Place): void {
    this.#leave(deployment);
    if (target !== this.#target) (this.#visited ??= new Set()).add(target);
  }

  #search(search: Partial<Search> & Pick<Search, "isUrgent">): Search {
    const { stream, need, beginning } = this.#terms;
    const terms = { stream, ...(need !== undefined && { need }), ...(beginning !== undefined && { beginning }) };
    return { target: this.#target, left: this.#left, ...terms, ...search };
  }

  /** What is kept for the call is given back at the same moment, for it to be taken. */
  #find(search: Partial<Search> & Pick<Search, "isUrgent">): Found {
    this.letGo();
    return findPlace(this.#terms.gateway, this.plan, this.#search(search));
  }

  /** Where others wait for the target: who comes now would overtake them. */
  #behind(): Found | null {
    const { planned } = this;
    const isTaken = this.#hold === null && planned !== undefined && this.#terms.line?.isTaken(planned) === true;
    return isTaken ? { type: "none", error: exhausted(planned.target, LEAST_WAIT_MS), waitMs: LEAST_WAIT_MS } : null;
  }

  #pass({ error, waitMs }: Omit<Extract<Found, { readonly type: "none" }>, "type">): void {
    const { plan, deadline, gateway, onSkip, line } = this.#terms;
    const known = faultClassOf(error);
    // A target that is not configured here is as good as away.
    const fault = known === "final" ? "gone" : known;
    const isInLine = fault === "rate-limit" && line !== undefined && waitMs !== null && waitMs <= line.longestWaitMs;
    const canWait = isInLine || (waitMs !== null && waitMs <= plan.policy.retries.longestWaitMs + MOST_SPREAD_MS);
    const hasNext = this.#next(fault) !== null;
    if (!hasNext && canWait && waitMs !== null && waitMs < deadline - gateway.clock.elapsed()) {
      this.#waitMs = waitMs;
      this.#isInLine = isInLine;
      return;
    }
    onSkip(this.#target, error);
    this.#error ??= error;
    if (error.code === "provider_unavailable" && !this.#isLastResort) this.#skipped ??= this.#target;
    if (hasNext) this.#goOn(fault);
    else this.#stop(fault);
  }

  #leave(deployment: Deployment): void {
    (this.#left ??= new Set()).add(deployment);
  }

  /** Whether another key or deployment of the target takes over, which then counts as tried. */
  #findOther(fault: FaultClass, deployment: Deployment, target: number): boolean {
    const { gateway, need } = this.#terms;
    const isKeys = fault === "rate-limit" || fault === "credentials";
    const { keys } = deployment.health;
    if (isKeys && this.#rotations < keys.size - 1 && keys.isReady(gateway.clock.elapsed(), need?.())) {
      this.#rotations += 1;
      return true;
    }
    return this.#leaveForOther(deployment, target);
  }

  /** Whether another deployment of the target may be asked; then this one is not any more. */
  #leaveForOther(deployment: Deployment, target: number): boolean {
    const { gateway, plan } = this.#terms;
    if ((plan.targets[target]?.deployments.length ?? 0) < 2) return false;
    const left = new Set([...(this.#left ?? []), deployment]);
    if (!hasOther(gateway, plan, this.#search({ target, left, isUrgent: false }))) return false;
    this.#leave(deployment);
    return true;
  }

  /** The next target for a kind of fault that was not visited yet. */
  #next(fault: FaultClass): number | null {
    const chain = chainFor(this.#terms.plan, fault);
    for (const target of chain) {
      if (target !== this.#target && this.#visited?.has(target) !== true) return target;
    }
    return null;
  }

  #goOn(fault: FaultClass): void {
    const next = this.#next(fault);
    if (next === null) return this.#stop(fault);
    (this.#visited ??= new Set()).add(this.#target);
    this.#ledBy = fault;
    if (fault === "rejected") this.#terms.onEscalation?.(this.#target, next);
    this.#arrive(next);
    if (fault === "rejected") this.#reason = "escalation";
  }

  #arrive(target: number): void {
    this.#target = target;
    this.#tries = 1;
    this.#rotations = 0;
    this.#reason = target === (this.#terms.start ?? 0) ? "first" : "fallback";
  }

  /** Nobody is left. Where an outage ends the way, the target that was skipped first gets the last word. */
  #stop(fault: FaultClass): void {
    const isAway = fault === "outage" || fault === "late" || fault === "gone" || fault === "rate-limit";
    if (this.#skipped === null || !isAway) {
      this.#isOver = true;
      return;
    }
    const target = this.#skipped;
    this.#skipped = null;
    this.#isLastResort = true;
    (this.#visited ??= new Set()).add(this.#target);
    this.#arrive(target);
  }
}

const isBroken = ({ health }: Deployment): boolean => health.circuit.state !== "closed";

function chainFor({ chains }: CallPlan, fault: FaultClass): readonly number[] {
  switch (fault) {
    case "rate-limit":
      return chains.rateLimit;
    case "context-overflow":
      return chains.contextOverflow;
    case "content-policy":
      return chains.contentPolicy;
    case "rejected":
      return chains.rejected;
    case "final":
      return [];
    default:
      return chains.outage;
  }
}
