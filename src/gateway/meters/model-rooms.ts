import type { RollwardError } from "../../domain/errors.ts";
import type { CallSubjects } from "../../domain/limits/call-subjects.ts";
import { claimsOf } from "../../domain/limits/limit-rule.ts";
import type { LimitClaim, LimitRule, QueueRule } from "../../domain/limits/limit-rule.ts";
import { refusedBy } from "../../domain/limits/refused-by.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import { isPass } from "../../ports/limiter.ts";
import type { LimitPass, LimitRefusal, LimitState } from "../../ports/limiter.ts";
import type { Place } from "../attempt/find-place.ts";
import type { CallPlan } from "../attempt/plan-of.ts";
import type { Trip } from "../attempt/trip.ts";
import type { Gateway } from "../gateway.ts";
import { NO_MODEL } from "../open-call.ts";
import type { OpenCall } from "../open-call.ts";
import { refusePaused } from "../refuse-paused.ts";
import { callSubjectsOf } from "./call-subjects-of.ts";
import { likelyTokens } from "./expected-tokens.ts";
import { limited } from "./limited.ts";
import { ModelRoom } from "./model-room.ts";
import { noteRefused } from "./note-refused.ts";
import { noteTurnedAway, rankOf, visitOf } from "./visit-of.ts";

/** A refusal, and what the trip was told of it. */
interface Told {
  readonly refusal: LimitRefusal;
  readonly error: RollwardError;
}

/**
 * What a call under way has taken of the limits that go by the model, at each target that it asks. A place is entered
 * once: attempts that follow at it use the same room. To another member of a pool the room goes with the call.
 */
export class ModelRooms {
  readonly #gateway: Gateway;
  readonly #open: OpenCall;
  readonly #rules: readonly LimitRule[];
  readonly #subjects: CallSubjects;
  /** How the limits stand that let the call itself in. */
  readonly #states: readonly LimitState[];
  #rooms: ModelRoom[] = [];
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
    const answer = this.#comeTo(trip.plan, place);
    const refusal = answer instanceof Promise ? await answer : answer;
    if (refusal === null && !this.#open.abandoned) return true;
    const hasOther = trip.giveBack(place, refusal !== null && !this.#isAboutAll(trip.plan, place, refusal.claim));
    if (refusal === null || hasOther || this.#open.abandoned) return false;
    const { queue = null } = this.#open.settings.meters ?? {};
    if (queue !== null && this.#open.attempts.length === 0) await this.#wait(trip, place, queue);
    else this.#passOver(trip, refusal);
    return false;
  }

  /** The same after an attempt, where nobody waits: whether there is room. */
  enterAgain(plan: CallPlan, place: Place): boolean | Promise<boolean> {
    const answer = this.#comeTo(plan, place);
    return answer instanceof Promise ? answer.then((refusal) => refusal === null) : answer === null;
  }

  /** A room of its own for a second request beside one that is under way, be it at the same pool; `null` where there is none. */
  enterBeside(plan: CallPlan, place: Place): ModelRoom | null | Promise<ModelRoom | null> {
    const room = new ModelRoom(this.#open.attempts, place);
    const answer = this.#fill(room, this.#claimsAt(plan, place));
    const roomOf = (refusal: LimitRefusal | null): ModelRoom | null => (refusal === null ? room : null);
    return answer instanceof Promise ? answer.then(roomOf) : roomOf(answer);
  }

  /** The call has gone on to the target at a position. */
  stayAt(target: number): void {
    this.#keep((room) => room.target === target);
  }

  /** Nobody is asked in that room any more; its attempts are in the record. */
  leave(room: ModelRoom): void {
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

  /** The call goes to a place with what it has taken already. `null` where it is in; at once where nobody has to be asked. */
  #comeTo(plan: CallPlan, place: Place): LimitRefusal | null | Promise<LimitRefusal | null> {
    const claims = this.#claimsAt(plan, place);
    const room = this.#roomFor(place);
    this.#keep((one) => one === room);
    room.moveTo(place.deployment, claims);
    return this.#fill(room, claims);
  }

  /** The room that the call has at a place, else the one that it can take there from another member of the pool. */
  #roomFor(place: Place): ModelRoom {
    const here = this.#rooms.find(({ deployment }) => deployment === place.deployment);
    const near = here ?? this.#rooms.find(({ target }) => target === place.target);
    return near ?? new ModelRoom(this.#open.attempts, place);
  }

  /** Takes for a room what it lacks. */
  #fill(room: ModelRoom, claims: readonly LimitClaim[]): LimitRefusal | null | Promise<LimitRefusal | null> {
    const lacking = room.lacks(claims);
    if (lacking.length === 0) return null;
    const answer = this.#gateway.waiting.takeNow(lacking, likelyTokens(this.#gateway, this.#open));
    const note = (one: LimitPass | LimitRefusal): LimitRefusal | null => this.#note(room, lacking, one);
    return answer instanceof Promise ? answer.then(note) : note(answer);
  }

  /** A rule that names a pool counts its members together. */
  #claimsAt(
    { targets }: CallPlan,
    { target, deployment }: Pick<Place, "target" | "deployment">,
  ): readonly LimitClaim[] {
    const own = nameOf(deployment.target);
    const planned = targets[target]?.target;
    const named = planned === undefined ? own : nameOf(planned);
    return this.#rules.flatMap((rule) => {
      const model = named !== null && rule.only.models?.includes(named) === true ? named : own;
      return claimsOf([rule], { ...this.#subjects, model });
    });
  }

  /** Whether every member of a pool falls under a claim: it is of no use then to ask another one. */
  #isAboutAll(plan: CallPlan, { target }: Place, { rule, subject }: LimitClaim): boolean {
    const { deployments = [] } = plan.targets[target] ?? {};
    return deployments.every((deployment) =>
      this.#claimsAt(plan, { target, deployment }).some((one) => one.rule === rule && one.subject === subject),
    );
  }

  #note(room: ModelRoom, claims: readonly LimitClaim[], answer: LimitPass | LimitRefusal): LimitRefusal | null {
    this.#open.limits = [...this.#states, ...room.states, ...answer.states];
    if (!isPass(answer)) return answer;
    room.add(claims, answer);
    if (!this.#rooms.includes(room)) this.#rooms.push(room);
    return null;
  }

  async #wait(trip: Trip, place: Place, queue: QueueRule): Promise<void> {
    const subjects = this.#subjects;
    const room = this.#roomFor(place);
    const claims = room.lacks(this.#claimsAt(trip.plan, place));
    const visit = visitOf(this.#gateway, this.#open, {
      claims,
      tokens: likelyTokens(this.#gateway, this.#open),
      rank: rankOf(queue, subjects),
      subjects,
    });
    const longestWaitMs = Math.min(queue.longestWaitMs, Math.max(0, trip.remainingMs));
    const refusal = this.#note(room, claims, await this.#gateway.waiting.enter(visit, { ...queue, longestWaitMs }));
    if (this.#open.abandoned) return;
    if (refusal === null) return refusePaused(this.#gateway, this.#open);
    this.#passOver(trip, refusal);
  }

  #passOver(trip: Trip, refusal: LimitRefusal): void {
    const error = limited(refusal);
    this.#told ??= { refusal, error };
    trip.passOver(error);
  }

  #keep(isKept: (room: ModelRoom) => boolean): void {
    if (this.#rooms.length === 0) return;
    const left = this.#rooms.filter((room) => !isKept(room));
    if (left.length === 0) return;
    this.#rooms = this.#rooms.filter(isKept);
    for (const room of left) room.leave();
  }
}

/** What a call needs to know of the limits of models, and holds of them already; absent where there are none. */
export function openModelRooms(gateway: Gateway, open: OpenCall): ModelRooms | undefined {
  const split = open.settings.meters?.split;
  if (split === undefined) return undefined;
  open.rooms ??= new ModelRooms(gateway, open, split.ofModels);
  return open.rooms;
}

/** What has no model falls under none of their limits. */
const nameOf = ({ provider, model }: ModelTarget): string | null =>
  model === NO_MODEL ? null : `${provider}/${model}`;
