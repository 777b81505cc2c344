import type { Dialect } from "../../../ports/dialect.ts";
import { namePrompt } from "../name-prompt.ts";
import { tellsAll } from "../tells-all.ts";
import { answerForm } from "./answer-form.ts";
import { answerTerms, askAgain } from "./answer-terms.ts";
import { toolTalk } from "./tool-talk.ts";
import { errorBody, errorEvent } from "./error-body.ts";
import { eventReader } from "./event-reader.ts";
import { fromCanonical } from "./from-canonical.ts";
import { logprobsEdit } from "./logprobs.ts";
import { outline } from "./outline.ts";
import { readRequest } from "./read-request.ts";
import { StreamEncoder } from "./stream-encoder.ts";
import { StreamReader } from "./stream-reader.ts";
import { releaseWords } from "./release-words.ts";
import { toCanonical } from "./to-canonical.ts";
import { usageEdits } from "./usage-edits.ts";
import { WholeEncoder } from "./whole-encoder.ts";
import { WholeReader } from "./whole-reader.ts";

/** OpenAI's chat completions (`POST /v1/chat/completions`), streamed as server-sent events or whole. */
export const openAiChat: Dialect = {
  name: "openai-chat",
  read: readRequest,
  answerForm,
  releaseWords,
  usageEdits,
  logprobsEdit,
  toCanonical,
  outline,
  checking: { terms: answerTerms, askAgain },
  toolTalk,
  fromCanonical,
  eventReader,
  promptCaching: { name: namePrompt },
  tellsAll,
  reader: (form) => (form.stream ? new StreamReader(form) : new WholeReader()),
  encoder: (form, callId, createdAt) =>
    form.stream ? new StreamEncoder(form, callId, createdAt) : new WholeEncoder(callId, createdAt),
  errorBody,
  errorEvent,
};
