import type { Admission } from "../../domain/health/circuit.ts";
import { askedWaitOf, faultClassOf, isOutage } from "../../domain/health/fault-class.ts";
import type { FaultClass } from "../../domain/health/fault-class.ts";
import type { RollwardError } from "../../domain/errors.ts";
import type { Gateway } from "../gateway.ts";
import type { Deployment } from "./plan-of.ts";

/** The leave to ask one deployment with one of its keys. */
export interface Leave {
  readonly deployment: Deployment;
  readonly key: number;
  readonly admission: Exclude<Admission, "refused">;
}

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
  readonly #gateway: Pick<Gateway, "clock" | "random">;
  readonly #leave: Leave;
  readonly #stream: boolean;
  readonly #startedAt: number;
  #isOver = false;

  constructor(gateway: Pick<Gateway, "clock" | "random">, leave: Leave, stream: boolean) {
    this.#gateway = gateway;
    this.#leave = leave;
    this.#stream = stream;
    this.#startedAt = gateway.clock.elapsed();
    leave.deployment.health.inFlight += 1;
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
    if (fault === "rate-limit") keys.limited(key, now, { askedMs: askedWaitOf(error), random });
    if (fault === "credentials") keys.refused(key, now);
    if (isOutage(fault) || (fault === "credentials" && keys.size === 1)) circuit.failed(now, admission, random);
    else if (isAnswer(fault, error)) circuit.succeeded(now, admission);
    else circuit.withdrawn(admission);
  }

  /** The attempt ended without a word about the target: the client left, or another one was faster. */
  withdrawn(): void {
    if (this.#close()) this.#leave.deployment.health.circuit.withdrawn(this.#leave.admission);
  }

  #close(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#leave.deployment.health.inFlight -= 1;
    return true;
  }
}
