import type { Units } from "../../domain/call/units.ts";
import type { AttemptEnd, AttemptReason, AttemptRecord } from "../../domain/call/call-record.ts";
import { RollwardError } from "../../domain/errors.ts";
import type { TokenPrice } from "../../domain/money/price.ts";
import type { ServiceTier } from "../../domain/money/service-tier.ts";
import type { HoldBackPolicy } from "../../domain/release/fault-policy.ts";
import type { ModelTarget, Timeouts } from "../../domain/release/release.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Flow, Headers } from "../../ports/provider.ts";
import type { AnswerSink, AnswerSource, OriginalError } from "./answer-source.ts";
import { billOf } from "./bill-of.ts";
import { HoldBack } from "./hold-back.ts";
import { toMicroseconds } from "../open-call.ts";
import type { Ticket } from "./ticket.ts";
import { startWatch } from "./watch.ts";
import type { Watch } from "./watch.ts";

/** Longest name of what answered that is kept, characters. */
const MARK_LENGTH = 100;

/** The most that an answer can come to. */
export interface MostAnswer {
  readonly outputTokens: number;
  /** Images that were asked for, characters to speak, or the likely length of a recording; `null` for everything else. */
  readonly units: Units | null;
}

/** What an attempt needs to know of its call. */
export interface AttemptTerms {
  readonly clock: Clock;
  readonly target: ModelTarget;
  readonly price: TokenPrice;
  readonly timeouts: Timeouts;
  /** Shared by all attempts, monotonic milliseconds. */
  readonly deadline: number;
  readonly stream: boolean;
  /** Longest time for an answer that is not streamed. */
  readonly answerMs: number;
  /** Whether nothing is handed on before the answer is complete, also of a stream. */
  readonly whole: boolean;
  /** How much of a stream is held back after its first token; `null` is nothing. */
  readonly holdBack: HoldBackPolicy | null;
  readonly reason: AttemptReason;
  /** Number of the provider's key; `null` where there is nothing to choose. */
  readonly key: number | null;
  /** The call's arrival, monotonic milliseconds. */
  readonly startedAt: number;
  /** Tokens that the request is likely to have, for estimating usage when the provider reports none. */
  readonly requestTokens: () => number;
  /** The tier of service that the request names, for pricing that estimate. */
  readonly tier?: ServiceTier;
  /** The most that the answer can have come to, for estimating one that was broken off unseen; absent where it is not made of tokens or units. */
  readonly most?: () => MostAnswer;
  readonly answerBytes: number;
  /** Id of its span, where the provider is told of it. */
  readonly spanId?: string;
}

/**
 * One try against one target. Bytes are held back until the answer has really begun, be it with thoughts (a stream; longer where the
 * release says so) or is complete (a whole answer), so that until then another target can still step in.
 */
export class Attempt implements AnswerSink {
  readonly #terms: AttemptTerms;
  readonly #source: AnswerSource;
  readonly #ticket: Ticket;
  readonly #holdBack: HoldBack | null;
  /** Made when it starts: who waits for it to be committed. */
  #opening: PromiseWithResolvers<void> | null = null;
  /** What ended an answer that had begun to go out. */
  #brokeOff: RollwardError | null = null;
  /** Made when somebody waits for the end. */
  #finished: PromiseWithResolvers<void> | null = null;
  readonly #held: Buffer[] = [];
  #heldBytes = 0;
  #outlet: ((bytes: Buffer) => boolean) | null = null;
  #flow: Flow | null = null;
  #watch: Watch | null = null;
  #isCommitted = false;
  #ended = false;
  #ending: AttemptEnd = "failed";
  #hasBegun = false;
  #isBlamed = true;
  #error: RollwardError | null = null;
  #original: OriginalError | null = null;
  #status: number | null = null;
  readonly #startMs: number;
  #firstByteMs: number | null = null;
  #firstTokenMs: number | null = null;
  #endMs: number | null = null;
  #quietMs = 0;

  constructor(terms: AttemptTerms, source: AnswerSource, ticket: Ticket) {
    this.#terms = terms;
    this.#source = source;
    this.#ticket = ticket;
    const { holdBack, clock } = terms;
    this.#holdBack = holdBack === null || terms.whole ? null : new HoldBack(clock, holdBack, () => this.#commit());
    this.#startMs = this.#offset();
  }

  get source(): AnswerSource {
    return this.#source;
  }

  get original(): OriginalError | null {
    return this.#original;
  }

  /** Whether nothing of it is handed on before it is complete. */
  get isWhole(): boolean {
    return this.#terms.whole;
  }

  /** Whether the first token is there, be it held back or not. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  /** Milliseconds from the call's arrival to when the first visible token could be handed on. */
  get firstTokenMs(): number | null {
    return this.#firstTokenMs;
  }

  /** How long nothing of the answer had come when it was withdrawn, milliseconds; 0 where it was not. */
  get quietMs(): number {
    return this.#quietMs;
  }

  /** Sends the request; resolves when the answer may go to the client, rejects with what went wrong. */
  start(): Promise<void> {
    if (this.#ended) return Promise.reject(this.#error);
    const opening = Promise.withResolvers<void>();
    this.#opening = opening;
    this.#watch = startWatch(this.#terms.clock, this.#terms, ({ phase, limitMs }) => {
      this.#flow?.abort();
      this.#isBlamed = !this.#wasCutShort();
      this.fail(new RollwardError("provider_timeout", { provider: this.#terms.target.provider, phase, limitMs }));
    });
    try {
      this.#flow = this.#source.start(this);
    } catch (error) {
      this.fail(RollwardError.from(error));
    }
    // The sink may have failed before `start` returned: the flow is known only now.
    if (this.#ended) this.#flow?.abort();
    return opening.promise;
  }

  /**
   * Hands the answer to `outlet` until it ends; `null` when it has ended with what was held. Throws or rejects when it
   * breaks. `outlet` returns false to be paused.
   */
  pump(outlet: (bytes: Buffer) => boolean): Promise<void> | null {
    this.#outlet = outlet;
    for (const chunk of this.#held.splice(0)) this.#handOn(chunk);
    if (this.#ended && this.#brokeOff !== null) throw this.#brokeOff;
    if (this.#ended) return null;
    this.#finished = Promise.withResolvers();
    return this.#finished.promise;
  }

  resume(): void {
    if (this.#ended) return;
    this.#watch?.resume();
    this.#flow?.resume();
  }

  /** What has come and is not handed on yet. */
  get held(): readonly Buffer[] {
    return this.#held;
  }

  /** The answer is complete and not good enough: it stays held, and the attempt has failed. */
  reject(error: RollwardError): void {
    this.#ending = "rejected";
    this.#error = error;
  }

  /** Nobody had a better answer: a rejected one is delivered after all. */
  uphold(): void {
    this.#ending = "answered";
    this.#error = null;
  }

  /** The client has left, or the server stops, and then `stopped` says so: stop the provider at once. */
  abandon(stopped: RollwardError | null = null): void {
    this.#withdraw("abandoned", stopped ?? this.#cut("the client left"));
  }

  /** Another attempt was faster: stop the provider at once. */
  lose(): void {
    this.#withdraw("lost", this.#cut("another answer came first"));
  }

  head(status: number, headers?: Headers): void {
    this.#status = status;
    this.#firstByteMs = this.#offset();
    this.#ticket.answered(headers ?? null);
  }

  bytes(chunk: Buffer): void {
    if (this.#ended) return;
    const { facts } = this.#source;
    this.#watch?.heard(facts);
    if (!this.#hasBegun && facts.begun) this.#begin();
    else if (!this.#isCommitted) this.#holdBack?.progress(facts.characters);
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
    this.#ending = "answered";
    if (!this.#hasBegun || !this.#terms.stream) this.#ticket.begun();
    this.#close();
    this.#ticket.succeeded();
    this.#commit();
    this.#finished?.resolve();
  }

  fail(error: RollwardError, original?: OriginalError): void {
    if (this.#ended) return;
    this.#close();
    // What was withdrawn says nothing of the target.
    if (this.#ending === "failed" && this.#isBlamed) this.#ticket.failed(error);
    else this.#ticket.withdrawn();
    this.#error = error;
    this.#original = original ?? null;
    if (!this.#isCommitted) return this.#neverOpens(error);
    this.#brokeOff = error;
    this.#finished?.reject(error);
  }

  /** What the record keeps of this attempt. */
  record(): AttemptRecord {
    const { provider, model } = this.#terms.target;
    const { leftOut } = this.#source;
    return {
      provider,
      model,
      ...(leftOut !== undefined && { leftOut }),
      reason: this.#terms.reason,
      end: this.#ending,
      key: this.#terms.key,
      startMs: this.#startMs,
      firstByteMs: this.#firstByteMs,
      endMs: this.#endMs ?? this.#offset(),
      status: this.#status,
      error:
        this.#error === null || this.#ending === "lost"
          ? null
          : { code: this.#error.code, message: this.#error.message },
      ...this.#answered(),
      ...this.#bill(),
      ...(this.#terms.spanId !== undefined && { spanId: this.#terms.spanId }),
    };
  }

  /** Nothing for most answers: they name the model that was asked. */
  #answered(): Pick<AttemptRecord, "answered"> {
    const { model, fingerprint = null } = this.#source.facts;
    if (model === null || (fingerprint === null && model === this.#terms.target.model)) return {};
    const mark = fingerprint === null ? {} : { fingerprint: fingerprint.slice(0, MARK_LENGTH) };
    return { answered: { model: model.slice(0, MARK_LENGTH), ...mark } };
  }

  #bill(): ReturnType<typeof billOf> {
    const ms = (this.#endMs ?? this.#offset()) - this.#startMs;
    return billOf({ terms: this.#terms, facts: this.#source.facts, ms, wasReadForNothing: this.#wasReadForNothing() });
  }

  /** It was sent, and we broke it off before it said a word. */
  #wasReadForNothing(): boolean {
    if (this.#flow === null || this.#flow.isSent === false) return false;
    if (this.#ending !== "failed") return this.#ending === "abandoned" || this.#ending === "lost";
    return this.#error?.code === "provider_timeout" && this.#error.details["phase"] !== "connecting";
  }

  #begin(): void {
    this.#hasBegun = true;
    if (!this.#terms.stream) return;
    this.#ticket.begun();
    if (this.#terms.whole) return;
    if (this.#holdBack === null) this.#commit();
    else this.#holdBack.begun(this.#source.facts.characters);
  }

  /** The deadline of the call came before the target had a fair chance: a long answer, or a late start. */
  #wasCutShort(): boolean {
    const { clock, deadline, stream, timeouts } = this.#terms;
    return clock.elapsed() >= deadline && (stream || this.#offset() - this.#startMs < timeouts.totalMs / 2);
  }

  #commit(): void {
    if (this.#isCommitted) return;
    this.#isCommitted = true;
    if (this.#terms.stream && this.#hasBegun) this.#firstTokenMs = this.#offset();
    this.#opening?.resolve();
  }

  #neverOpens(reason: RollwardError): void {
    // Nobody may be listening yet when an attempt fails: the rejection is still ours to hear.
    this.#opening?.promise.catch(ignore);
    this.#opening?.reject(reason);
  }

  #withdraw(end: AttemptEnd, error: RollwardError): void {
    if (this.#ended) return;
    this.#quietMs = this.#watch?.quietMs() ?? 0;
    this.#flow?.abort();
    this.#ending = end;
    this.fail(error);
  }

  #cut(reason: string): RollwardError {
    return new RollwardError("provider_cut", { provider: this.#terms.target.provider, reason });
  }

  #handOn(chunk: Buffer): void {
    if (this.#outlet?.(chunk) !== false || this.#ended) return;
    this.#watch?.pause();
    this.#flow?.pause();
  }

  #close(): void {
    this.#ended = true;
    this.#holdBack?.stop();
    this.#endMs = this.#offset();
    this.#watch?.stop();
  }

  #offset(): number {
    return toMicroseconds(this.#terms.clock.elapsed() - this.#terms.startedAt);
  }
}

const ignore = (): void => {};
