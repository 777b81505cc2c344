import type { RollwardError } from "../../domain/errors.ts";
import type { JsonObject } from "../../domain/json.ts";
import type { Release } from "../../domain/release/release.ts";
import { spliceJson } from "../../kit/json-splice.ts";
import type { AnswerForm, AnswerReader, Dialect, IncomingRequest } from "../../ports/dialect.ts";
import type { Reply } from "../../ports/reply.ts";
import type { ChainSession } from "../../ports/response-store.ts";
import { isRecord } from "../dialects/is-record.ts";
import { echoOf } from "../dialects/openai-responses/answer/echo-of.ts";
import { errorEvent } from "../dialects/openai-responses/answer/error-event.ts";
import { boundReply } from "../bound-reply.ts";
import { openAiResponses } from "../dialects/openai-responses/index.ts";
import { itemsOf, missingPrevious } from "./response-chain.ts";
import type { Chain } from "./response-chain.ts";

/** How long a response can be referred to, as at OpenAI; a release may keep bytes for less. */
const KEPT_DAYS = 30;

/** One request of a chain: its session, its release, and its answer as it is written. */
export class ResponseTurn {
  readonly dialect: Dialect;
  readonly sessionHeader: string | null;
  readonly #chain: Chain | null;
  readonly #written: Buffer[] = [];
  #request: IncomingRequest | null = null;
  #release: Release | null = null;

  constructor(chain: Chain | null, sessionHeader: string | null) {
    this.#chain = chain;
    this.sessionHeader = sessionHeader ?? chain?.session?.header ?? null;
    this.dialect = {
      ...openAiResponses,
      read: (bytes) => this.#read(bytes),
      answerForm: (request) => this.#answerForm(request),
      reader: (form) => this.#reader(form),
      errorEvent: (error, callId) => this.#errorEvent(error, callId),
    };
  }

  /** The items that led to the answer. */
  get input(): readonly JsonObject[] {
    return this.#chain?.items ?? itemsOf(this.#request?.body["input"] ?? []);
  }

  get session(): ChainSession {
    const { sessionId = null, opening = null } = this.#request ?? {};
    return { header: this.sessionHeader, metadata: sessionId, opening };
  }

  /** Days for which the answer can be referred to; 0 where the client or the release does not want it kept. */
  get keptDays(): number {
    const { parameters = {}, policies } = this.#release?.content ?? {};
    if (policies?.record === "facts") return 0;
    if ((parameters["store"] ?? this.#request?.body["store"]) === false) return 0;
    return Math.min(KEPT_DAYS, policies?.retainBodiesDays ?? KEPT_DAYS);
  }

  servedBy(release: Release): void {
    this.#release = release;
  }

  /** Tells of the response that a client got whole and that may be kept. */
  watched(reply: Reply, onResponse: (response: JsonObject) => void): Reply {
    let status = 0;
    const keep = (chunk: Buffer | undefined): void => void (chunk !== undefined && this.#written.push(chunk));
    return {
      ...boundReply(reply),
      head(code, headers) {
        status = code;
        reply.head(code, headers);
      },
      write(chunk) {
        keep(chunk);
        return reply.write(chunk);
      },
      end: (chunk) => {
        keep(chunk);
        const isKept = status === 200 && this.keptDays > 0;
        const response = isKept ? responseIn(Buffer.concat(this.#written), this.#request?.stream === true) : null;
        if (response !== null) onResponse(response);
        reply.end(chunk);
      },
    };
  }

  #read(bytes: Buffer): IncomingRequest {
    const read = openAiResponses.read(bytes);
    // Written with escapes it was not replaced, and a provider would look among the responses of every key.
    if (read.body["previous_response_id"] != null) throw missingPrevious("");
    const { session } = this.#chain ?? {};
    const sessionId = read.sessionId ?? session?.metadata ?? null;
    this.#request = { ...read, sessionId, opening: session?.opening ?? read.opening };
    return this.#request;
  }

  #answerForm(request: IncomingRequest): ReturnType<Dialect["answerForm"]> {
    const own = { previous_response_id: this.#chain?.previousId ?? null, store: this.keptDays > 0 };
    const form = { ...openAiResponses.answerForm(request), echo: { ...echoOf(request.body), ...own } };
    return form;
  }

  /** A provider has seen the whole conversation and no id: what the client goes on with is named in its answer. */
  #reader(form: AnswerForm): AnswerReader {
    const reader = openAiResponses.reader(form);
    const id = this.#chain?.previousId ?? null;
    if (id === null) return reader;
    return {
      get facts() {
        return reader.facts;
      },
      push: (chunk) => withPrevious(reader.push(chunk), id),
      end: () => withPrevious(reader.end(), id),
    };
  }

  #errorEvent(error: RollwardError, callId: string): Buffer {
    return errorEvent(error, callId, lastNumber(this.#written) + 1);
  }
}

const PREVIOUS = Buffer.from('"previous_response_id"');
const NULL = /^\s{0,8}:\s{0,8}null/;

/** Whole events or documents: in a text the quotes would be escaped. */
function withPrevious(bytes: Buffer, id: string): Buffer {
  const edits = [];
  for (let at = bytes.indexOf(PREVIOUS); at >= 0; at = bytes.indexOf(PREVIOUS, at + 1)) {
    const start = at + PREVIOUS.length;
    const found = NULL.exec(bytes.toString("latin1", start, start + 24));
    if (found !== null)
      edits.push({ start, end: start + found[0].length, bytes: Buffer.from(`:${JSON.stringify(id)}`) });
  }
  return edits.length === 0 ? bytes : spliceJson(bytes, edits);
}

const NUMBER = Buffer.from('"sequence_number"');

/** The number of the last event that was written; -1 before the first. */
function lastNumber(written: readonly Buffer[]): number {
  for (const bytes of written.toReversed()) {
    const at = bytes.lastIndexOf(NUMBER);
    if (at < 0) continue;
    const start = at + NUMBER.length;
    const found = /^\s{0,8}:\s{0,8}(\d{1,15})/.exec(bytes.toString("latin1", start, start + 40));
    if (found !== null) return Number(found[1]);
  }
  return -1;
}

/** The response that an answer is, or that the last event of a stream holds; `null` for one that broke off. */
function responseIn(bytes: Buffer, stream: boolean): JsonObject | null {
  const at = stream ? bytes.lastIndexOf("\ndata:") : 0;
  if (at < 0) return null;
  try {
    const read: unknown = JSON.parse(bytes.toString("utf8", stream ? at + 6 : 0));
    const response = stream && isRecord(read) ? read["response"] : read;
    return isRecord(response) && typeof response["id"] === "string" ? (response as JsonObject) : null;
  } catch {
    return null;
  }
}
