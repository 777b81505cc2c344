import { RollwardError } from "../../domain/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Flow } from "../../ports/provider.ts";

/** Whose answer is waited for, and how long. */
export interface FlightTerms {
  readonly provider: string;
  readonly limitMs: number;
  readonly clock: Clock;
}

/** What can be ended before its time. */
export interface Stoppable {
  stop(error: RollwardError): void;
}

/** An exchange with a provider that has a limit of time. */
export class TimedFlight<Answer> implements Stoppable {
  readonly #answer = Promise.withResolvers<Answer>();
  readonly #cancel: () => void;
  #flow: Flow | null = null;
  #isOver = false;

  constructor({ provider, limitMs, clock }: FlightTerms) {
    this.#cancel = clock.after(limitMs, () => {
      this.stop(new RollwardError("provider_timeout", { provider, phase: "embedding", limitMs }));
    });
  }

  get answer(): Promise<Answer> {
    return this.#answer.promise;
  }

  /** Takes the flow of the exchange, to stop it by. */
  control(flow: Flow): void {
    this.#flow = flow;
    if (this.#isOver) flow.abort();
  }

  /** Ends it with an error, and the exchange with it. */
  stop(error: RollwardError): void {
    this.#flow?.abort();
    this.fail(error);
  }

  fail(error: RollwardError): void {
    this.#over();
    this.#answer.reject(error);
  }

  protected land(answer: Answer): void {
    this.#over();
    this.#answer.resolve(answer);
  }

  #over(): void {
    this.#isOver = true;
    this.#cancel();
  }
}
