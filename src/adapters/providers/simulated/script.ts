import type { Answer } from "./answer.ts";
import type { Fault } from "./fault.ts";
import type { Randomness } from "./randomness.ts";
import type { SimulatedModelSettings } from "../../../domain/call/simulated-model-settings.ts";
import { WEB_PAGE } from "./support-answer.ts";
import { errorBody } from "./ascii-json.ts";
import { DONE, streamEvents } from "./stream-events.ts";
import { wholeBody } from "./whole-body.ts";
import type { AnswerMarks } from "./whole-body.ts";

/** Bytes (as ASCII text) that go out `afterMs` milliseconds after the step before. */
export interface Step {
  readonly afterMs: number;
  readonly bytes: string;
}

/**
 * What a connection does with one request: the steps in order, then it is kept for the next request,
 * closed, left open in silence, or reset.
 */
export interface Script {
  readonly steps: readonly Step[];
  readonly ending: "keep" | "close" | "open" | "reset";
}

/** Everything a script is made of. */
export interface ScriptTerms {
  readonly answer: Answer;
  readonly marks: AnswerMarks;
  readonly fault: Fault | null;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly settings: SimulatedModelSettings;
  readonly random: Randomness;
  /** The `Authorization` the request came with. */
  readonly authorization: string;
}

/** Share of a streamed answer that comes before a cut, and before a stall or an error event. */
const CUT_AT = 0.6;
const STALL_AT = 0.4;

/** The script for a chat completion. */
export function scriptFor(terms: ScriptTerms): Script {
  const { fault } = terms;
  if (fault === "reset") return { steps: [], ending: "reset" };
  if (fault === "hang") return { steps: [], ending: "open" };
  const refused = errorAnswer(terms);
  if (refused !== null) return { steps: [{ afterMs: 0, bytes: refused }], ending: "keep" };
  return terms.stream ? streamScript(terms) : wholeScript(terms);
}

/** A whole HTTP answer with a JSON body, or of another type. */
export function httpAnswer(status: string, body: string, headers = "content-type: application/json\r\n"): string {
  return `HTTP/1.1 ${status}\r\n${headers}content-length: ${body.length}\r\n\r\n${body}`;
}

const JSON_TYPE = "content-type: application/json\r\n";

function errorAnswer({ fault, settings, random, authorization }: ScriptTerms): string | null {
  if (fault === "rateLimited") {
    const wait = `retry-after: ${settings.failures.retryAfterSeconds}\r\n${JSON_TYPE}`;
    const body = errorBody("Rate limit reached for requests.", "requests", "rate_limit_exceeded");
    return httpAnswer("429 Too Many Requests", body, wait);
  }
  if (fault === "serverError") {
    const status = random.unit() < 0.5 ? "500 Internal Server Error" : "503 Service Unavailable";
    return httpAnswer(
      status,
      errorBody("The server had an error while processing your request.", "server_error", null),
    );
  }
  if (fault === "unauthorized") {
    const message = `Incorrect API key provided: ${authorization.replace(/^Bearer /, "")}.`;
    return httpAnswer("401 Unauthorized", errorBody(message, "invalid_request_error", "invalid_api_key"));
  }
  if (fault === "contextLength") {
    const message = "This model's maximum context length is 8192 tokens. Please reduce the length of the messages.";
    return httpAnswer("400 Bad Request", errorBody(message, "invalid_request_error", "context_length_exceeded"));
  }
  if (fault === "contentPolicy") {
    const message = "Your request was rejected as a result of our safety system.";
    return httpAnswer("400 Bad Request", errorBody(message, "invalid_request_error", "content_policy_violation"));
  }
  return fault === "html" ? httpAnswer("200 OK", WEB_PAGE, "content-type: text/html; charset=utf-8\r\n") : null;
}

// Headers that a gateway must not hand on stand beside those it may.
const common = ({ marks }: ScriptTerms, firstTokenMs: number): string =>
  `HTTP/1.1 200 OK\r\nserver: rollward-simulated\r\nset-cookie: simulated=1; Path=/; HttpOnly\r\n` +
  `x-request-id: req_${marks.id}\r\nopenai-processing-ms: ${Math.round(firstTokenMs)}\r\n`;

function wholeScript(terms: ScriptTerms): Script {
  const { fault, answer, settings, random, marks } = terms;
  const firstTokenMs = random.spread(settings.firstTokenMs);
  let afterMs = firstTokenMs;
  for (let token = 1; token < answer.pieces.length; token += 1) afterMs += random.spread(settings.betweenTokensMs);
  const whole = fault === "errorEvent" ? failedInside : wholeBody(answer, marks);
  const body = fault === "malformed" ? whole.slice(0, Math.floor(whole.length * CUT_AT)) : whole;
  const head = `${common(terms, afterMs)}${JSON_TYPE}content-length: ${body.length}\r\n\r\n`;
  if (fault === "stall") return { steps: [{ afterMs: firstTokenMs, bytes: head }], ending: "open" };
  if (fault === "cut") {
    const bytes = head + body.slice(0, Math.floor(body.length * CUT_AT));
    return { steps: [{ afterMs, bytes }], ending: "close" };
  }
  return { steps: [{ afterMs, bytes: head + body }], ending: "keep" };
}

const failedInside = errorBody("The server is overloaded.", "server_error", "overloaded");

/** Each event is an HTTP chunk of its own, as from a server that flushes after every token. */
const frame = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const LAST_FRAME = "0\r\n\r\n";

function streamScript(terms: ScriptTerms): Script {
  const { fault, settings, random, answer } = terms;
  const { first, pieces, last } = streamEvents(answer, terms.marks, terms.includeUsage);
  const firstTokenMs = random.spread(settings.firstTokenMs);
  const head = `${common(terms, firstTokenMs)}content-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n`;
  const kept = Math.ceil(pieces.length * shareBefore(fault));
  const steps: Step[] = [];
  let opening = head + frame(first);
  for (let index = 0; index < kept; index += 1) {
    const isBroken = fault === "malformed" && index === Math.floor(kept / 2);
    const event = isBroken
      ? `data: {"id":"chatcmpl-${terms.marks.id}","choices":[{"index":\n\n`
      : (pieces[index] ?? "");
    const afterMs = index === 0 ? firstTokenMs : random.spread(settings.betweenTokensMs);
    steps.push({ afterMs, bytes: opening + frame(event) });
    opening = "";
  }
  if (kept < pieces.length && fault !== "errorEvent") return { steps, ending: fault === "cut" ? "close" : "open" };
  const end = fault === "errorEvent" ? frame(`data: ${failedInside}\n\n`) : frame(last) + frame(DONE);
  const bytes = opening + (fault === "missingDone" ? frame(last) : end) + LAST_FRAME;
  steps.push({ afterMs: kept === 0 ? firstTokenMs : 0, bytes });
  return { steps, ending: "keep" };
}

function shareBefore(fault: Fault | null): number {
  if (fault === "cut") return CUT_AT;
  return fault === "stall" || fault === "errorEvent" ? STALL_AT : 1;
}
