import type { JsonObject } from "../../../domain/json.ts";
import type { AnswerForm, Dialect, IncomingRequest } from "../../../ports/dialect.ts";
import { namePrompt } from "../name-prompt.ts";
import { tellsAll } from "../tells-all.ts";
import { errorBody } from "../openai-chat/error-body.ts";
import { answerReader, eventReader } from "./answer/answer-reader.ts";
import { echoOf } from "./answer/echo-of.ts";
import { answerEncoder } from "./answer/encoder.ts";
import { errorEvent } from "./answer/error-event.ts";
import { answerTerms, askAgain } from "./request/answer-terms.ts";
import { toolTalk } from "./request/tool-talk.ts";
import { forProvider } from "./request/for-provider.ts";
import { fromCanonical } from "./request/from-canonical.ts";
import { outline } from "./request/outline.ts";
import { readRequest } from "./request/read-request.ts";
import { releaseWords } from "./request/release-words.ts";
import { toCanonical } from "./request/to-canonical.ts";

/** The form of an answer that also says what it repeats of its request. */
interface ResponseForm extends AnswerForm {
  readonly contentType: string;
  readonly echo?: JsonObject;
  readonly logprobs?: boolean;
}

/** Streams of this API always tell their usage. */
const answerForm = ({ stream, body }: IncomingRequest): ResponseForm & { readonly contentType: string } => ({
  stream,
  usageInStream: true,
  contentType: stream ? "text/event-stream; charset=utf-8" : "application/json; charset=utf-8",
  echo: echoOf(body),
  logprobs: asksForLogprobs(body),
});

/** What the request said of its answer, for an encoder that may not have been told. */
const askedIn = ({ echo = echoOf({}), logprobs = false }: Partial<ResponseForm>) => ({ echo, logprobs });

/** A top-level member is enough at some providers, the list of what to include at others. */
const asksForLogprobs = ({ include, top_logprobs: top }: JsonObject): boolean =>
  (typeof top === "number" && top > 0) || (Array.isArray(include) && include.includes("message.output_text.logprobs"));

/** OpenAI's Responses API (`POST /v1/responses`), streamed as server-sent events or whole. */
export const openAiResponses: Dialect = {
  name: "openai-responses",
  read: readRequest,
  answerForm,
  releaseWords,
  usageEdits: () => [],
  toCanonical,
  outline,
  checking: { terms: answerTerms, askAgain },
  toolTalk,
  forProvider,
  fromCanonical,
  eventReader,
  promptCaching: { name: namePrompt },
  reasons: "openai",
  tellsAll,
  reader: ({ stream }) => answerReader(stream),
  encoder: (form, callId, createdAt) => answerEncoder(form.stream, { callId, createdAt, ...askedIn(form) }),
  errorBody,
  errorEvent,
};
