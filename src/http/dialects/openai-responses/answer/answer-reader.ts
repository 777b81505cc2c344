import type { CallEvent } from "../../../../domain/call/canonical.ts";
import { SseSplitter } from "../../../../kit/sse-splitter.ts";
import type { SseEvent } from "../../../../kit/sse-splitter.ts";
import type { AnswerReader, EventReader } from "../../../../ports/dialect.ts";
import { isRecord } from "../../is-record.ts";
import { EventTranslator } from "./event-translator.ts";
import { ResponseFacts } from "./facts.ts";

const EMPTY = Buffer.alloc(0);
const BLANK_LINE = Buffer.from("\n\n");

/** Largest event or whole answer that is held to be read, bytes; the last event repeats the whole answer. */
const MOST_BYTES = 64 * 1024 * 1024;

type Body = Readonly<Record<string, unknown>>;

/** The object that an event or a document is; `null` for anything else. */
function parsed(text: string): Body | null {
  try {
    const read: unknown = JSON.parse(text);
    return isRecord(read) ? read : null;
  } catch {
    return null;
  }
}

/** A stream: hands on the bytes of each whole event that it understands, and tells its canonical events. */
export class StreamedAnswer {
  readonly facts = new ResponseFacts();
  readonly #translator = new EventTranslator(this.facts);
  readonly #splitter = new SseSplitter(MOST_BYTES);
  #isBegun = false;

  /** What the whole events of this chunk were. */
  read(chunk: Buffer): { readonly events: readonly CallEvent[]; readonly passing: readonly Buffer[] } {
    if (this.facts.fault !== null || !this.#recognise(chunk)) return NOTHING;
    try {
      return this.#all(this.#splitter.push(chunk));
    } catch {
      this.facts.fail("provider_bad_answer", "an event of its stream is too large");
      return NOTHING;
    }
  }

  /** Some providers leave out the blank line at the end: a last event that is whole still counts. */
  last(): ReturnType<StreamedAnswer["read"]> {
    if (this.facts.fault !== null || !this.#isBegun || this.#splitter.tail().length === 0) return NOTHING;
    const tail = this.#splitter.tail();
    const [event] = this.#splitter.push(BLANK_LINE);
    if (event?.data == null || parsed(event.data) === null) return NOTHING;
    return this.#all([{ ...event, raw: tail }]);
  }

  #recognise(chunk: Buffer): boolean {
    if (this.#isBegun) return true;
    const start = chunk
      .toString("utf8", 0, 64)
      .replace(/^\uFEFF/, "")
      .trimStart();
    if (start === "") return false;
    this.#isBegun = true;
    if (start.startsWith("<")) this.facts.fail("provider_bad_answer", "it is a web page");
    else if (start.startsWith("{")) {
      this.facts.fail("provider_bad_answer", "it is one document where a stream was asked for");
    }
    return this.facts.fault === null;
  }

  #all(split: readonly SseEvent[]): { readonly events: readonly CallEvent[]; readonly passing: readonly Buffer[] } {
    const events: CallEvent[] = [];
    const passing: Buffer[] = [];
    for (const { data, raw } of split) {
      if (data !== null && data.trimEnd() !== "[DONE]") {
        const body = parsed(data);
        if (body === null) this.facts.fail("provider_bad_answer", "an event of its stream is not a JSON object");
        else events.push(...this.#noted(body));
      } else this.facts.keptAlive();
      if (this.facts.fault !== null) break;
      passing.push(raw);
    }
    return { events, passing };
  }

  #noted(body: Body): readonly CallEvent[] {
    if (body["type"] === "keepalive" || body["type"] === "ping") this.facts.keptAlive();
    else this.facts.piece();
    const events = this.#translator.translate(body);
    for (const event of events) this.facts.note(event);
    const added = addedType(body);
    if (added === "reasoning") this.facts.goesOnUnseen();
    // A tool of the provider's own is at work: the client sees it, and it may take long before a word is said.
    else if (added !== null && added !== "message") this.facts.acts();
    return events;
  }
}

/** What kind of item an event begins; `null` where it begins none. */
const addedType = ({ type, item }: Body): unknown =>
  type === "response.output_item.added" && isRecord(item) ? item["type"] : null;

const NOTHING = { events: [], passing: [] } as const;

/** An answer in one document: nothing is told before all of it was understood. */
export class WholeAnswer {
  readonly facts = new ResponseFacts();
  #chunks: Buffer[] = [];
  #bytes = 0;

  keep(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MOST_BYTES) this.facts.fail("provider_bad_answer", `it has more than ${MOST_BYTES} bytes`);
    if (this.facts.fault === null) this.#chunks.push(chunk);
    else this.#chunks = [];
  }

  /** The document and its events. */
  read(): { readonly events: readonly CallEvent[]; readonly bytes: Buffer } {
    const nothing = { events: [], bytes: EMPTY };
    if (this.facts.fault !== null) return nothing;
    const bytes = Buffer.concat(this.#chunks);
    const text = bytes.toString();
    const body = parsed(text);
    if (body === null) {
      this.facts.fail("provider_bad_answer", text.trimStart().startsWith("<") ? "it is a web page" : "it is not JSON");
      return nothing;
    }
    const events = new EventTranslator(this.facts).translateWhole(body);
    if (!Array.isArray(body["output"])) this.facts.fail("provider_bad_answer", "it has no output");
    for (const event of events) this.facts.note(event);
    return this.facts.fault === null ? { events, bytes } : nothing;
  }
}

/** Watches an answer of this API as it passes. */
export function answerReader(stream: boolean): AnswerReader {
  if (!stream) {
    const whole = new WholeAnswer();
    return {
      facts: whole.facts,
      push(chunk) {
        whole.keep(chunk);
        return EMPTY;
      },
      end: () => whole.read().bytes,
    };
  }
  const streamed = new StreamedAnswer();
  return {
    facts: streamed.facts,
    push: (chunk) => joined(streamed.read(chunk).passing),
    end: () => joined(streamed.last().passing),
  };
}

/** Reads an answer of this API for clients of another dialect. */
export function eventReader(stream: boolean): EventReader {
  if (!stream) {
    const whole = new WholeAnswer();
    return {
      get fault() {
        return whole.facts.fault;
      },
      push(chunk) {
        whole.keep(chunk);
        return [];
      },
      end: () => whole.read().events,
    };
  }
  const streamed = new StreamedAnswer();
  return {
    get fault() {
      return streamed.facts.fault;
    },
    push: (chunk) => streamed.read(chunk).events,
    end: () => streamed.last().events,
  };
}

function joined(passing: readonly Buffer[]): Buffer {
  const [only] = passing;
  return only !== undefined && passing.length === 1 ? only : Buffer.concat(passing);
}
