import type { AttemptRecord } from "../../domain/call/call-record.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { MeteredUsage, TokenPrice } from "../../domain/money/price.ts";
import { costPico } from "../../domain/money/price.ts";
import { estimateUsage } from "../../domain/money/estimate-usage.ts";
import type { ModelTarget, Timeouts } from "../../domain/release/release.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Flow } from "../../ports/provider.ts";
import type { AnswerSink, AnswerSource, OriginalError } from "./answer-source.ts";
import { startWatch } from "./watch.ts";
import type { Watch } from "./watch.ts";

/** What an attempt needs to know of its call. */
export interface AttemptTerms {
  readonly clock: Clock;
  readonly target: ModelTarget;
  readonly price: TokenPrice;
  readonly timeouts: Timeouts;
  /** Shared by all attempts, monotonic milliseconds. */
  readonly deadline: number;
  readonly stream: boolean;
  /** The call's arrival, monotonic milliseconds. */
  readonly startedAt: number;
  /** Bytes of the request, for estimating usage when the provider reports none. */
  readonly requestBytes: number;
  readonly answerBytes: number;
}

/**
 * One try against one target. Bytes are held back until the answer has really begun (a stream) or is
 * complete (a whole answer), so that until then another target can still step in.
 */
export class Attempt implements AnswerSink {
  readonly #terms: AttemptTerms;
  readonly #source: AnswerSource;
  readonly #committed = Promise.withResolvers<void>();
  readonly #finished = Promise.withResolvers<void>();
  readonly #held: Buffer[] = [];
  #heldBytes = 0;
  #outlet: ((bytes: Buffer) => boolean) | null = null;
  #flow: Flow | null = null;
  #watch: Watch | null = null;
  #isCommitted = false;
  #ended = false;
  #error: RollwardError | null = null;
  #original: OriginalError | null = null;
  #status: number | null = null;
  readonly #startMs: number;
  #firstByteMs: number | null = null;
  #firstTokenMs: number | null = null;
  #endMs: number | null = null;

  constructor(terms: AttemptTerms, source: AnswerSource) {
    this.#terms = terms;
    this.#source = source;
    this.#startMs = this.#offset();
    // Nobody may be listening yet when an attempt fails: the rejection is still ours to hear.
    this.#finished.promise.catch(() => {});
    this.#committed.promise.catch(() => {});
  }

  get source(): AnswerSource {
    return this.#source;
  }

  get original(): OriginalError | null {
    return this.#original;
  }

  /** Milliseconds from the call's arrival to the first visible token. */
  get firstTokenMs(): number | null {
    return this.#firstTokenMs;
  }

  /** Sends the request; resolves when the answer may go to the client, rejects with what went wrong. */
  start(): Promise<void> {
    this.#watch = startWatch(this.#terms.clock, this.#terms, ({ phase, limitMs }) => {
      this.#flow?.abort();
      this.fail(new RollwardError("provider_timeout", { provider: this.#terms.target.provider, phase, limitMs }));
    });
    try {
      this.#flow = this.#source.start(this);
    } catch (error) {
      this.fail(RollwardError.from(error));
    }
    // The sink may have failed before `start` returned: the flow is known only now.
    if (this.#ended) this.#flow?.abort();
    return this.#committed.promise;
  }

  /** Hands the answer to `outlet` until it ends; rejects when it breaks. `outlet` returns false to be paused. */
  pump(outlet: (bytes: Buffer) => boolean): Promise<void> {
    this.#outlet = outlet;
    for (const chunk of this.#held.splice(0)) this.#handOn(chunk);
    return this.#finished.promise;
  }

  resume(): void {
    if (this.#ended) return;
    this.#watch?.resume();
    this.#flow?.resume();
  }

  /** The client has left: stop the provider at once. */
  abandon(): void {
    if (this.#ended) return;
    this.#flow?.abort();
    this.fail(new RollwardError("provider_cut", { provider: this.#terms.target.provider, reason: "the client left" }));
  }

  head(status: number): void {
    this.#status = status;
    this.#firstByteMs = this.#offset();
  }

  bytes(chunk: Buffer): void {
    if (this.#ended) return;
    this.#watch?.progress();
    if (this.#firstTokenMs === null && this.#source.facts.begun) this.#begin();
    if (this.#outlet !== null) return this.#handOn(chunk);
    this.#heldBytes += chunk.length;
    this.#held.push(chunk);
    if (this.#heldBytes > this.#terms.answerBytes) {
      this.#flow?.abort();
      const { provider } = this.#terms.target;
      this.fail(new RollwardError("answer_too_large", { provider, limitBytes: this.#terms.answerBytes }));
    }
  }

  end(): void {
    if (this.#ended) return;
    this.#close();
    this.#commit();
    this.#finished.resolve();
  }

  fail(error: RollwardError, original?: OriginalError): void {
    if (this.#ended) return;
    this.#close();
    this.#error = error;
    this.#original = original ?? null;
    if (this.#isCommitted) this.#finished.reject(error);
    else this.#committed.reject(error);
  }

  /** What the record keeps of this attempt. */
  record(): AttemptRecord {
    const usage = this.#usage();
    const { provider, model } = this.#terms.target;
    return {
      provider,
      model,
      startMs: this.#startMs,
      firstByteMs: this.#firstByteMs,
      endMs: this.#endMs ?? this.#offset(),
      status: this.#status,
      error: this.#error === null ? null : { code: this.#error.code, message: this.#error.message },
      usage,
      costPico: usage === null ? 0n : costPico(usage, this.#terms.price),
    };
  }

  #usage(): MeteredUsage | null {
    const { usage, characters, begun } = this.#source.facts;
    if (usage !== null) return { ...usage, estimated: false };
    return begun ? estimateUsage(this.#terms.requestBytes, characters) : null;
  }

  #begin(): void {
    if (this.#terms.stream) this.#firstTokenMs = this.#offset();
    this.#watch?.begun();
    if (this.#terms.stream) this.#commit();
  }

  #commit(): void {
    if (this.#isCommitted) return;
    this.#isCommitted = true;
    this.#committed.resolve();
  }

  #handOn(chunk: Buffer): void {
    if (this.#outlet?.(chunk) !== false || this.#ended) return;
    this.#watch?.pause();
    this.#flow?.pause();
  }

  #close(): void {
    this.#ended = true;
    this.#endMs = this.#offset();
    this.#watch?.stop();
  }

  #offset(): number {
    return this.#terms.clock.elapsed() - this.#terms.startedAt;
  }
}
