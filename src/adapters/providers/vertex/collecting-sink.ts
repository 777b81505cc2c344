import { RollwardError } from "../../../domain/errors.ts";
import type { Flow } from "../../../ports/provider.ts";
import { WholeAnswerSink } from "../upstream/whole-answer-sink.ts";

/** Gathers a small answer whole, within a limit of time. */
export class CollectingSink extends WholeAnswerSink {
  readonly #terms: { readonly provider: string; readonly limitMs: number };
  #timer: NodeJS.Timeout | null = null;

  constructor(terms: { readonly provider: string; readonly limitMs: number }) {
    super();
    this.#terms = terms;
  }

  /** Takes the flow of the exchange, which is stopped when the time is over. */
  control(flow: Flow): void {
    const { provider, limitMs } = this.#terms;
    this.#timer = setTimeout(() => {
      flow.abort();
      this.fail(new RollwardError("provider_timeout", { provider, phase: "asking for a token", limitMs }));
    }, limitMs).unref();
  }

  override end(): void {
    this.#over();
    super.end();
  }

  override fail(error: RollwardError): void {
    this.#over();
    super.fail(error);
  }

  #over(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }
}
