import type { JsonObject } from "../../../domain/json.ts";
import type { AnswerForm, Dialect, IncomingRequest } from "../../../ports/dialect.ts";
import { errorBody } from "../openai-chat/error-body.ts";
import { answerReader, eventReader } from "./answer/answer-reader.ts";
import { echoOf } from "./answer/echo-of.ts";
import { answerEncoder } from "./answer/encoder.ts";
import { errorEvent } from "./answer/error-event.ts";
import { fromCanonical } from "./request/from-canonical.ts";
import { readRequest } from "./request/read-request.ts";
import { releaseWords } from "./request/release-words.ts";
import { toCanonical } from "./request/to-canonical.ts";

/** The form of an answer that also says what it repeats of its request. */
interface ResponseForm extends AnswerForm {
  readonly contentType: string;
  readonly echo?: JsonObject;
}

/** Streams of this API always tell their usage. */
const answerForm = ({ stream, body }: IncomingRequest): ResponseForm & { readonly contentType: string } => ({
  stream,
  usageInStream: true,
  contentType: stream ? "text/event-stream; charset=utf-8" : "application/json; charset=utf-8",
  echo: echoOf(body),
});

const echoIn = (form: AnswerForm & { readonly echo?: JsonObject }): JsonObject => form.echo ?? echoOf({});

/** OpenAI's Responses API (`POST /v1/responses`), streamed as server-sent events or whole. */
export const openAiResponses: Dialect = {
  name: "openai-responses",
  read: readRequest,
  answerForm,
  releaseWords,
  usageEdits: () => [],
  toCanonical,
  fromCanonical,
  eventReader,
  reader: ({ stream }) => answerReader(stream),
  encoder: (form, callId, createdAt) => answerEncoder(form.stream, { callId, createdAt, echo: echoIn(form) }),
  errorBody,
  errorEvent,
};
