import type { CallEvent } from "../../../domain/call/canonical.ts";
import { RollwardError } from "../../../domain/errors.ts";
import type { ConverseRequest, EventSink, Flow } from "../../../ports/provider.ts";
import type { AnswerNews, GgufWorker, Listener } from "./gguf-worker.ts";
import { ggufQuestion } from "./question.ts";
import type { GgufTrouble } from "./question.ts";

/** Whose call it is. */
export interface GgufCallTerms {
  readonly provider: string;
  readonly worker: GgufWorker;
  readonly request: ConverseRequest;
}

/** One call under way: passes on what the model's process tells, at the pace of its sink. */
export class GgufCall implements Flow, Listener {
  readonly #terms: GgufCallTerms;
  readonly #sink: EventSink;
  /** What came while the sink was paused: at most one answer. */
  #held: (() => void)[] = [];
  #paused = false;
  #over = false;
  #started = false;
  #thinks = false;
  #id: number | null = null;

  constructor(terms: GgufCallTerms, sink: EventSink) {
    this.#terms = terms;
    this.#sink = sink;
  }

  /** The sink hears nothing before this returns. */
  start(): Flow {
    const { request, provider, worker } = this.#terms;
    queueMicrotask(() => {
      if (this.#over) return;
      try {
        this.#id = worker.ask(ggufQuestion(request.request, provider), this);
      } catch (error) {
        this.fail(RollwardError.from(error));
      }
    });
    return this;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    while (!this.#paused && !this.#over) {
      const next = this.#held.shift();
      if (next === undefined) return;
      next();
    }
  }

  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#held = [];
    if (this.#id !== null) this.#terms.worker.stop(this.#id);
  }

  news(news: AnswerNews): void {
    if (news.type === "trouble") return this.fail(this.#errorOf(news.trouble));
    this.#pass(() => this.#take(news));
  }

  fail(error: RollwardError): void {
    this.#pass(() => {
      this.#over = true;
      this.#sink.fail(error);
    });
  }

  #pass(step: () => void): void {
    if (this.#over) return;
    if (this.#paused || this.#held.length > 0) this.#held.push(step);
    else step();
  }

  #take(news: Exclude<AnswerNews, { readonly type: "trouble" }>): void {
    if (!this.#started) {
      this.#started = true;
      this.#event({ type: "answer-start", id: this.#terms.request.callId, model: this.#terms.request.model });
    }
    const hadThought = this.#thinks;
    this.#thinks = news.type === "thought";
    if (news.type === "thought") return this.#event({ type: "reasoning-delta", text: news.text });
    if (hadThought) this.#event({ type: "reasoning-end", signature: null, data: null });
    if (news.type !== "end") return this.#event({ type: "text-delta", text: news.text });
    const { usage, finishReason, stopSequence } = news;
    this.#event({ type: "usage", usage: { ...usage, cacheWrite: 0 } });
    this.#event({ type: "end", finishReason, ...(stopSequence !== null && { stopSequence }) });
    if (this.#over) return;
    this.#over = true;
    this.#sink.end();
  }

  /** The sink may abort from inside an event. */
  #event(event: CallEvent): void {
    if (!this.#over) this.#sink.event(event);
  }

  #errorOf(trouble: GgufTrouble): RollwardError {
    const { provider } = this.#terms;
    if (trouble.code === "overflow") {
      const reason = `the conversation has ${trouble.tokens} tokens and the context ${trouble.contextTokens}.`;
      return new RollwardError("provider_context_overflow", { provider, status: 400, reason });
    }
    if (trouble.code === "form") {
      const field = "response_format";
      return new RollwardError("untranslatable", { field, provider, param: field });
    }
    return new RollwardError("provider_error", { provider, status: "a failure of the model's library" });
  }
}
