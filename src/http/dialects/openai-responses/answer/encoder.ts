import type { JsonObject } from "../../../../domain/json.ts";
import type { AnswerEncoder } from "../../../../ports/dialect.ts";
import { ResponseWriter } from "./response-writer.ts";
import type { ResponseTerms } from "./response-writer.ts";

const EMPTY = Buffer.alloc(0);

/** Events as server-sent events; the API has no sentinel after the last one. */
const framesOf = (events: readonly JsonObject[]): Buffer =>
  events.length === 0
    ? EMPTY
    : Buffer.from(
        events.map((event) => `event: ${event["type"] as string}\ndata: ${JSON.stringify(event)}\n\n`).join(""),
      );

/** Writes a translated answer as this API's stream, or as one response. */
export function answerEncoder(stream: boolean, terms: ResponseTerms): AnswerEncoder {
  const writer = new ResponseWriter(terms);
  const { facts } = writer;
  if (stream) return { facts, push: (event) => framesOf(writer.push(event)), end: () => framesOf(writer.end()) };
  return {
    facts,
    push(event) {
      writer.push(event);
      return EMPTY;
    },
    end() {
      writer.end();
      return Buffer.from(JSON.stringify(writer.response()));
    },
  };
}
