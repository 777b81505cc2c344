import type { Gateway } from "./gateway.ts";
import { sinceArrival } from "./open-call.ts";
import type { OpenCall } from "./open-call.ts";

/** The stages of a request's way, in order. The code, the record and the docs share these names. */
export type Stage =
  | "authenticate"
  | "admit"
  | "resolve"
  | "limit"
  | "assign"
  | "render"
  | "recall"
  | "reserve"
  | "fit"
  | "call"
  | "deliver";

/**
 * Runs the stages of one call and notes the time of each, also of one that throws. A stage that waits for the world ends
 * when the next one begins or the call is over: a promise round it, only to hear of its end, would cost as much as a stage.
 */
export class Steps {
  readonly #gateway: Gateway;
  readonly #call: OpenCall;
  #stage: Stage | null = null;
  #startMs = 0;

  constructor(gateway: Gateway, call: OpenCall) {
    this.#gateway = gateway;
    this.#call = call;
  }

  run<T>(stage: Stage, run: (gateway: Gateway, call: OpenCall) => T): T {
    this.#begin(stage);
    return run(this.#gateway, this.#call);
  }

  /** No stage follows. Milliseconds since the call arrived. */
  over(): number {
    const now = sinceArrival(this.#gateway, this.#call);
    this.#end(now);
    this.#stage = null;
    return now;
  }

  /** One reading of the clock for the end of one stage and the beginning of the next. */
  #begin(stage: Stage): void {
    const now = sinceArrival(this.#gateway, this.#call);
    this.#end(now);
    this.#stage = stage;
    this.#startMs = now;
  }

  #end(endMs: number): void {
    if (this.#stage !== null) this.#call.stages.push({ stage: this.#stage, startMs: this.#startMs, endMs });
  }
}
