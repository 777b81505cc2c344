import type { CallEvent, CanonicalRequest } from "../../src/domain/call/canonical.ts";
import { plainRequest } from "../../src/domain/call/plain-request.ts";
import type { RollwardError } from "../../src/domain/errors.ts";
import type { ConverseRequest, ConversingProvider, EventSink, Flow } from "../../src/ports/provider.ts";

/** What the upstream of a conversing provider can be made to do with the next request. */
export type Scene =
  /** The text `TEXT`, in good order. */
  | "text"
  /** The text `Let me look.` and the calls lookup({"order":"7"}) and now({}). */
  | "tools"
  | "rate-limited"
  | "overloaded"
  | "broken"
  | "refused"
  | "credentials"
  | "web-page"
  | "malformed"
  /** An error as the very first event of a stream. */
  | "error-at-once"
  /** An error after some text. */
  | "error-in-mid-stream"
  /** The connection is reset after some text. */
  | "cut"
  /** The connection ends in good order after some text, without an end of the answer. */
  | "short"
  /** Accepts the request and says nothing. */
  | "silent"
  /** Some text, then silence. */
  | "stall"
  /** Text without end, as fast as it is read. */
  | "endless";

/** A text of several deltas. */
export const TEXT = "It is a truth universally acknowledged, that a release in want of evidence must be held – 👋.";

/** A request as the upstream sees it. */
export interface ArrivedRequest {
  /** Tells connections apart. */
  readonly port: number | undefined;
  /** Bytes sent so far on its connection. */
  readonly sent: () => number;
  /** Whether the answer had gone out whole when it was over. */
  readonly over: Promise<{ readonly whole: boolean }>;
}

/** A provider with an upstream that does as it is told. */
export interface ConversingSubject {
  readonly provider: ConversingProvider;
  readonly model: string;
  /** The key that the provider is configured with. */
  readonly secret: string;
  readonly play: (scene: Scene) => void;
  readonly nextRequest: () => Promise<ArrivedRequest>;
  /** A provider for another address, with the same key. */
  readonly providerAt: (baseUrl: string) => Promise<ConversingProvider>;
}

/** Opens a subject that lives until the end of the test. */
export type Open = () => Promise<ConversingSubject>;

/** The two forms of an answer, in words and as `stream`. */
export const FORMS = [
  ["streamed", true],
  ["whole", false],
] as const;

/** Remembers what it is told. */
export class EventLog implements EventSink {
  readonly events: CallEvent[] = [];
  ends = 0;
  error: RollwardError | null = null;
  /** Called after each event. */
  onEvent: (event: CallEvent) => void = () => {};
  readonly #begun = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();

  /** Resolves with the first text. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  get over(): Promise<void> {
    return this.#over.promise;
  }

  get text(): string {
    return this.events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
  }

  get toolCalls(): readonly { id: string; name: string; arguments: string }[] {
    const calls: { id: string; name: string; arguments: string }[] = [];
    for (const event of this.events) {
      if (event.type === "tool-call-start") calls[event.index] = { id: event.id, name: event.name, arguments: "" };
      const call = event.type === "tool-call-delta" ? calls[event.index] : undefined;
      if (call !== undefined && event.type === "tool-call-delta") call.arguments += event.argumentsDelta;
    }
    return calls;
  }

  event(event: CallEvent): void {
    this.events.push(event);
    if (event.type === "text-delta") this.#begun.resolve();
    this.onEvent(event);
  }

  end(): void {
    this.ends += 1;
    this.#over.resolve();
  }

  fail(error: RollwardError): void {
    if (this.error !== null) throw new Error("It failed twice.");
    this.error = error;
    this.#over.resolve();
  }
}

const QUESTION: CanonicalRequest = {
  ...plainRequest([{ role: "user", content: [{ type: "text", text: "Well?" }] }], 200),
  temperature: null,
};

/** A request for the subject's model. */
export const questionFor = (model: string, stream: boolean, set: Partial<CanonicalRequest> = {}): ConverseRequest => ({
  callId: "call_01",
  model,
  request: { ...QUESTION, ...set },
  stream,
  connectMs: 5_000,
});

/** Puts a question and waits for the end of its answer. */
export async function ask(provider: ConversingProvider, request: ConverseRequest): Promise<EventLog> {
  const log = new EventLog();
  provider.converse(request, log);
  await log.over;
  return log;
}

/** Puts a question and returns at once. */
export function begin(subject: ConversingSubject, stream: boolean): { readonly log: EventLog; readonly flow: Flow } {
  const log = new EventLog();
  return { log, flow: subject.provider.converse(questionFor(subject.model, stream), log) };
}
