import type { Admission } from "../../domain/health/circuit.ts";
import { askedWaitOf, faultClassOf, isOutage } from "../../domain/health/fault-class.ts";
import type { FaultClass } from "../../domain/health/fault-class.ts";
import type { RollwardError } from "../../domain/errors.ts";
import type { SentCall } from "../../domain/limits/learned/key-quota.ts";
import { ONE_REQUEST } from "../../domain/limits/learned/learned-limit.ts";
import type { LearnedLimit, Need } from "../../domain/limits/learned/learned-limit.ts";
import type { Headers } from "../../ports/provider.ts";
import type { Gateway } from "../gateway.ts";
import type { Deployment } from "./plan-of.ts";

/** The leave to ask one deployment with one of its keys. */
export interface Leave {
  readonly deployment: Deployment;
  readonly key: number;
  readonly admission: Exclude<Admission, "refused">;
  /** What the call takes of the key's limits; absent is one request. */
  readonly need?: Need;
}

/** Reads what providers say of their limits, and tells others of it. */
export interface LimitLearner {
  read(headers: Headers): readonly LearnedLimit[];
  /** Something is new with the key: what is left of its limits, its calls under way, or that it was answered 429. */
  changed(leave: Pick<Leave, "deployment" | "key">): void;
}

/** What a ticket is made with; without a `learned` nothing is learnt. */
export type TicketTerms = Pick<Gateway, "clock" | "random"> & { readonly learned?: LimitLearner };

const NONE: readonly LearnedLimit[] = [];

/** A provider that refuses is there. */
const isAnswer = (fault: FaultClass, { code }: RollwardError): boolean =>
  fault === "rate-limit" ||
  fault === "context-overflow" ||
  fault === "content-policy" ||
  code === "provider_refused_request";

/**
 * Tells the health of a target how an attempt went: exactly once, however it ends. The attempt counts as under way
 * from when the ticket is made.
 */
export class Ticket {
  readonly #gateway: TicketTerms;
  readonly #leave: Leave;
  readonly #stream: boolean;
  readonly #startedAt: number;
  /** As it counts against the limits of its key; `null` once the provider has answered. */
  #sent: SentCall | null;
  #isOver = false;

  constructor(gateway: TicketTerms, leave: Leave, stream: boolean) {
    this.#gateway = gateway;
    this.#leave = leave;
    this.#stream = stream;
    this.#startedAt = gateway.clock.elapsed();
    const { health } = leave.deployment;
    health.inFlight += 1;
    health.keys.began(leave.key);
    const quota = health.keys.quotaOf(leave.key);
    this.#sent = quota.sent(leave.need ?? ONE_REQUEST, this.#startedAt);
    if (quota.isKnown) gateway.learned?.changed(leave);
  }

  /** The provider's status line is there, with what it says of its limits; `null` where nobody sees its headers. */
  answered(headers: Headers | null): void {
    if (this.#sent === null) return;
    const { learned, clock } = this.#gateway;
    const { deployment, key } = this.#leave;
    const limits = headers === null || learned === undefined ? NONE : learned.read(headers);
    const quota = deployment.health.keys.quotaOf(key);
    quota.answered(this.#sent, limits, clock.elapsed());
    this.#sent = null;
    if (quota.isKnown) learned?.changed(this.#leave);
  }

  /** The answer has begun: a first token, or the whole of an answer that is not streamed. */
  begun(): void {
    const { health } = this.#leave.deployment;
    const now = this.#gateway.clock.elapsed();
    health.circuit.begun();
    health.keys.accepted(this.#leave.key);
    (this.#stream ? health.firstToken : health.answer).observe(now - this.#startedAt, now);
  }

  succeeded(): void {
    if (!this.#close()) return;
    const { deployment, admission } = this.#leave;
    deployment.health.circuit.succeeded(this.#gateway.clock.elapsed(), admission);
  }

  failed(error: RollwardError): void {
    if (!this.#close()) return;
    const { key, admission, deployment } = this.#leave;
    const { circuit, keys } = deployment.health;
    const now = this.#gateway.clock.elapsed();
    const fault = faultClassOf(error);
    const random = this.#gateway.random();
    if (fault !== "final" && fault !== "rejected") deployment.health.lastFault = { code: error.code, at: now };
    if (fault === "rate-limit") {
      keys.limited(key, now, { askedMs: askedWaitOf(error), random });
      this.#gateway.learned?.changed(this.#leave);
    }
    if (error.code === "provider_unreachable") this.#unsent();
    else if (typeof error.details["status"] === "number") this.answered(null);
    if (fault === "credentials") keys.refused(key, now);
    if (isOutage(fault) || (fault === "credentials" && keys.size === 1)) circuit.failed(now, admission, random);
    else if (isAnswer(fault, error)) circuit.succeeded(now, admission);
    else circuit.withdrawn(admission);
  }

  /** The attempt ended without a word about the target: the client left, or another one was faster. */
  withdrawn(): void {
    if (this.#close()) this.#leave.deployment.health.circuit.withdrawn(this.#leave.admission);
  }

  /** No request was made after all. */
  unused(): void {
    this.#unsent();
    this.withdrawn();
  }

  #unsent(): void {
    const { deployment, key } = this.#leave;
    if (this.#sent === null) return;
    const quota = deployment.health.keys.quotaOf(key);
    quota.unsent(this.#sent);
    this.#sent = null;
    if (quota.isKnown) this.#gateway.learned?.changed(this.#leave);
  }

  #close(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#leave.deployment.health.inFlight -= 1;
    this.#leave.deployment.health.keys.ended(this.#leave.key);
    return true;
  }
}
