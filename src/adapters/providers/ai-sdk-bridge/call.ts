import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { RollwardError } from "../../../domain/errors.ts";
import type { ConverseRequest, EventSink, Flow } from "../../../ports/provider.ts";
import { AiSdkEvents } from "./events.ts";
import { aiSdkFault } from "./fault.ts";
import type { FaultTerms } from "../upstream/fault-of.ts";
import { refuseDropped } from "./rehearse-call.ts";
import type { Line } from "./response-sink.ts";
import type { VendorParts } from "./vendor-parts.ts";

/** A call that is ready to be sent. */
export interface PreparedCall {
  readonly model: LanguageModelV4;
  readonly options: LanguageModelV4CallOptions;
}

/** What a call needs to know of its provider. */
export interface AiSdkCallTerms extends FaultTerms {
  readonly parts: VendorParts;
  /** Builds the call; throws what the request cannot have. */
  prepare(request: ConverseRequest, line: Line): Promise<PreparedCall>;
}

/** How long a finished stream may take to close before its connection is given up, ms. */
const CLOSING_MS = 1_000;

/** One call under way: reads the SDK's answer at the pace of its sink and is the flow that its caller holds. */
export class AiSdkCall implements Flow {
  readonly #terms: AiSdkCallTerms;
  readonly #request: ConverseRequest;
  readonly #sink: EventSink;
  readonly #stop = new AbortController();
  readonly #events: AiSdkEvents;
  #flow: Flow | null = null;
  #over = false;
  #answered = false;
  #broken: RollwardError | null = null;
  #paused: PromiseWithResolvers<void> | null = null;

  constructor(terms: AiSdkCallTerms, request: ConverseRequest, sink: EventSink) {
    this.#terms = terms;
    this.#request = request;
    this.#sink = sink;
    this.#events = new AiSdkEvents({ model: request.model, provider: terms.provider, parts: terms.parts }, (event) => {
      if (!this.#over) sink.event(event);
    });
  }

  /** The sink hears nothing before this returns. */
  start(): Flow {
    this.#run().catch((error: unknown) => this.#fail(error));
    return this;
  }

  get isSent(): boolean {
    return this.#flow?.isSent === true;
  }

  pause(): void {
    if (!this.#over) this.#paused ??= Promise.withResolvers();
  }

  resume(): void {
    this.#paused?.resolve();
    this.#paused = null;
  }

  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#stop.abort();
    this.resume();
  }

  async #run(): Promise<void> {
    const line: Line = {
      signal: this.#stop.signal,
      asked: (flow) => void (this.#flow = flow),
      answered: () => void (this.#answered = true),
      broke: (error) => void (this.#broken = error),
    };
    const { model, options } = await this.#terms.prepare(this.#request, line);
    if (this.#over) return;
    // A whole answer is asked for whole: one document costs far less to read than its stream.
    await (this.#request.stream ? this.#stream(model, options) : this.#whole(model, options));
  }

  async #whole(model: LanguageModelV4, options: LanguageModelV4CallOptions): Promise<void> {
    const result = await model.doGenerate(options);
    await this.#paused?.promise;
    if (this.#over) return;
    refuseDropped(result.warnings, this.#terms.provider);
    this.#events.result(result);
    this.#end();
  }

  async #stream(model: LanguageModelV4, options: LanguageModelV4CallOptions): Promise<void> {
    const { stream } = await model.doStream(options);
    const reader = stream.getReader();
    while (this.#events.ending === null) {
      await this.#paused?.promise;
      const { done, value } = await reader.read();
      if (this.#over) return;
      if (done) break;
      this.#take(value);
    }
    this.#end();
    await this.#letClose(reader);
  }

  #take(part: LanguageModelV4StreamPart): void {
    if (part.type === "error") throw this.#innerFault(part.error);
    if (part.type === "stream-start") refuseDropped(part.warnings, this.#terms.provider);
    this.#events.part(part);
  }

  /** A request that was taken and then failed is no bad request, whatever status the error names. */
  #innerFault(thrown: unknown): RollwardError {
    const fault = aiSdkFault(thrown, this.#terms, true);
    if (fault.code !== "provider_refused_request") return fault;
    const { provider } = this.#terms;
    return new RollwardError("provider_error", { provider, status: "an error inside its answer" });
  }

  #end(): void {
    if (this.#over) return;
    const { provider } = this.#terms;
    const { ending } = this.#events;
    if (ending === "error") {
      throw new RollwardError("provider_error", { provider, status: "an error inside its answer" });
    }
    if (ending === null || ending === "interrupted") {
      throw new RollwardError("provider_cut", { provider, reason: "it has no end" });
    }
    this.#over = true;
    this.#sink.end();
  }

  /** Reads what follows the end, so that the connection can serve the next call. */
  async #letClose(reader: ReadableStreamDefaultReader<LanguageModelV4StreamPart>): Promise<void> {
    const timer = setTimeout(() => this.#stop.abort(), CLOSING_MS).unref();
    try {
      while (!(await reader.read()).done);
    } finally {
      clearTimeout(timer);
    }
  }

  #fail(thrown: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#stop.abort();
    const fault = aiSdkFault(thrown, this.#terms, this.#answered);
    // An answer that the transport cut looks unfinished or malformed: the cut is the better reason.
    const mayFollow = fault.code === "provider_cut" || fault.code === "provider_bad_answer";
    this.#sink.fail(mayFollow ? (this.#broken ?? fault) : fault);
  }
}
