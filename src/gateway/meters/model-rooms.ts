import type { RollwardError } from "../../domain/errors.ts";
import type { CallSubjects } from "../../domain/limits/call-subjects.ts";
import { claimsOf } from "../../domain/limits/limit-rule.ts";
import type { LimitClaim, LimitRule, QueueRule } from "../../domain/limits/limit-rule.ts";
import { refusedBy } from "../../domain/limits/refused-by.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import { isPass } from "../../ports/limiter.ts";
import type { LimitPass, LimitRefusal, LimitState } from "../../ports/limiter.ts";
import type { Place } from "../attempt/find-place.ts";
import type { CallPlan, Deployment } from "../attempt/plan-of.ts";
import type { Trip } from "../attempt/trip.ts";
import type { Gateway } from "../gateway.ts";
import { NO_MODEL } from "../open-call.ts";
import type { OpenCall } from "../open-call.ts";
import { refusePaused } from "../refuse-paused.ts";
import { callSubjectsOf } from "./call-subjects-of.ts";
import { likelyTokens } from "./expected-tokens.ts";
import { limited } from "./limited.ts";
import { noteRefused } from "./note-refused.ts";
import { tokensOf } from "./tokens-of.ts";
import { noteTurnedAway, rankOf, visitOf } from "./visit-of.ts";

/** What a call has taken of one model's limits. */
export interface Room {
  readonly deployment: Deployment;
  /** Position of its target. */
  readonly target: number;
  readonly pass: LimitPass;
  /** Attempts of the call before it was taken. */
  readonly from: number;
}

/** A refusal, and what the trip was told of it. */
interface Told {
  readonly refusal: LimitRefusal;
  readonly error: RollwardError;
}

/**
 * What a call under way has taken of the limits that go by the model, at each place that it asks. A place is entered
 * once: attempts that follow at it use the same room, until the call goes on elsewhere.
 */
export class ModelRooms {
  readonly #gateway: Gateway;
  readonly #open: OpenCall;
  readonly #rules: readonly LimitRule[];
  readonly #subjects: CallSubjects;
  /** How the limits stand that let the call itself in. */
  readonly #states: readonly LimitState[];
  #rooms: Room[] = [];
  #told: Told | null = null;

  constructor(gateway: Gateway, open: OpenCall, rules: readonly LimitRule[]) {
    this.#gateway = gateway;
    this.#open = open;
    this.#rules = rules;
    this.#subjects = callSubjectsOf(open);
    this.#states = open.limits ?? [];
  }

  /**
   * Takes what one more call takes at the place where the trip has come to, behind others in the queue if it is the
   * first. False where it is not to be asked now: the trip knows, and has another leg.
   */
  async enter(trip: Trip, place: Place): Promise<boolean> {
    this.leaveOthers(place.deployment);
    const answer = this.#answerAt(trip.plan, place);
    const refusal = answer instanceof Promise ? await answer : answer;
    if (refusal === null && !this.#open.abandoned) return true;
    const hasOther = trip.giveBack(place, refusal !== null);
    if (refusal === null || hasOther || this.#open.abandoned) return false;
    const { queue = null } = this.#open.settings.meters ?? {};
    if (queue !== null && this.#open.attempts.length === 0) await this.#wait(trip, place, queue);
    else this.#passOver(trip, refusal);
    return false;
  }

  /** The same beside or after an attempt, where nobody waits: the room that is then the call's, `null` where there is none. */
  enterNow(plan: CallPlan, place: Place): Room | null | Promise<Room | null> {
    const answer = this.#answerAt(plan, place);
    const roomOf = (refusal: LimitRefusal | null): Room | null => (refusal === null ? this.#lastAt(place) : null);
    return answer instanceof Promise ? answer.then(roomOf) : roomOf(answer);
  }

  /** The call has gone on to the target at a position. */
  stayAt(target: number): void {
    this.#keep((room) => room.target === target);
  }

  leaveOthers(deployment: Deployment): void {
    this.#keep((room) => room.deployment === deployment);
  }

  /** Nobody is asked in that room any more; its attempts are in the record. */
  leave(room: Room): void {
    this.#keep((one) => one !== room);
  }

  /** The same for the model of an attempt that was made at the target at a position. */
  leaveAt(at: number, { provider, model }: ModelTarget): void {
    this.#keep(
      ({ target, deployment }) =>
        target !== at || deployment.target.provider !== provider || deployment.target.model !== model,
    );
  }

  /** The call is over. */
  close(): void {
    this.#keep(() => false);
  }

  /** Notes which limit has refused the call, where that is what its client is told. */
  noteRefusal(error: RollwardError): void {
    if (this.#told?.error !== error) return;
    const { refusal } = this.#told;
    const { estimateMs = refusal.retryAfterMs } = refusal;
    if (this.#open.settings.meters?.queue != null) noteTurnedAway(this.#gateway, this.#open, estimateMs);
    noteRefused(this.#gateway, this.#open, refusedBy("limit", refusal.claim.rule));
  }

  /** `null` where the call is in; at once where nobody has to be asked. */
  #answerAt(plan: CallPlan, place: Place): LimitRefusal | null | Promise<LimitRefusal | null> {
    if (this.#rooms.some(({ deployment }) => deployment === place.deployment)) return null;
    const claims = this.#claimsAt(plan, place);
    if (claims.length === 0) return null;
    const answer = this.#gateway.waiting.takeNow(claims, likelyTokens(this.#gateway, this.#open));
    return answer instanceof Promise ? answer.then((one) => this.#note(place, one)) : this.#note(place, answer);
  }

  /** The room that was taken last at a place; where no limit is about it, one that holds nothing. */
  #lastAt({ deployment, target }: Place): Room {
    const room = this.#rooms.findLast((one) => one.deployment === deployment);
    return room ?? { deployment, target, pass: NOTHING, from: this.#open.attempts.length };
  }

  /** A rule that names a pool counts its members together. */
  #claimsAt({ targets }: CallPlan, { target, deployment }: Place): readonly LimitClaim[] {
    const own = nameOf(deployment.target);
    const planned = targets[target]?.target;
    const named = planned === undefined ? own : nameOf(planned);
    return this.#rules.flatMap((rule) => {
      const model = named !== null && rule.only.models?.includes(named) === true ? named : own;
      return claimsOf([rule], { ...this.#subjects, model });
    });
  }

  #note({ deployment, target }: Place, answer: LimitPass | LimitRefusal): LimitRefusal | null {
    const { attempts } = this.#open;
    this.#open.limits = [...this.#states, ...answer.states];
    if (!isPass(answer)) return answer;
    this.#rooms.push({ deployment, target, pass: answer, from: attempts.length });
    return null;
  }

  async #wait(trip: Trip, place: Place, queue: QueueRule): Promise<void> {
    const subjects = this.#subjects;
    const visit = visitOf(this.#gateway, this.#open, {
      claims: this.#claimsAt(trip.plan, place),
      tokens: likelyTokens(this.#gateway, this.#open),
      rank: rankOf(queue, subjects),
      subjects,
    });
    const longestWaitMs = Math.min(queue.longestWaitMs, Math.max(0, trip.remainingMs));
    const refusal = this.#note(place, await this.#gateway.waiting.enter(visit, { ...queue, longestWaitMs }));
    if (this.#open.abandoned) return;
    if (refusal === null) return refusePaused(this.#gateway, this.#open);
    this.#passOver(trip, refusal);
  }

  #passOver(trip: Trip, refusal: LimitRefusal): void {
    const error = limited(refusal);
    this.#told ??= { refusal, error };
    trip.passOver(error);
  }

  #keep(isKept: (room: Room) => boolean): void {
    if (this.#rooms.length === 0) return;
    const left = this.#rooms.filter((room) => !isKept(room));
    if (left.length === 0) return;
    this.#rooms = this.#rooms.filter(isKept);
    for (const room of left) room.pass.settle(this.#usedIn(room));
  }

  #usedIn({ deployment: { target }, from }: Room): number {
    const asked = this.#open.attempts.slice(from);
    const here = asked.filter(({ provider, model }) => provider === target.provider && model === target.model);
    return here.reduce((sum, attempt) => sum + tokensOf(attempt), 0);
  }
}

/** What a call needs to know of the limits of models; absent where there are none. */
export function openModelRooms(gateway: Gateway, open: OpenCall): ModelRooms | undefined {
  const split = open.settings.meters?.split;
  if (split === undefined) return undefined;
  open.rooms = new ModelRooms(gateway, open, split.ofModels);
  return open.rooms;
}

/** What has no model falls under none of their limits. */
const nameOf = ({ provider, model }: ModelTarget): string | null =>
  model === NO_MODEL ? null : `${provider}/${model}`;

const NOTHING: LimitPass = { states: [], settle() {} };
