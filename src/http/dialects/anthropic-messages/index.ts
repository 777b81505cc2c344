import type { Dialect } from "../../../ports/dialect.ts";
import { tellsAll } from "../tells-all.ts";
import { answerForm } from "./answer-form.ts";
import { eventReader } from "./answer/event-reader.ts";
import { StreamEncoder } from "./answer/stream-encoder.ts";
import { StreamReader } from "./answer/stream-reader.ts";
import { WholeEncoder } from "./answer/whole-encoder.ts";
import { WholeReader } from "./answer/whole-reader.ts";
import { errorBody, errorEvent } from "./error-body.ts";
import { answerTerms, askAgain } from "./request/answer-terms.ts";
import { toolTalk } from "./request/tool-talk.ts";
import { forProvider } from "./request/for-provider.ts";
import { fromCanonical } from "./request/from-canonical.ts";
import { mostTokens } from "./request/model-traits.ts";
import { outline } from "./outline.ts";
import { readRequest } from "./request/read-request.ts";
import { releaseWords } from "./request/release-words.ts";
import { toCanonical } from "./request/to-canonical.ts";
import { wirePrefix } from "./request/wire-prefix.ts";

/** Anthropic's Messages API (`POST /v1/messages`, version 2023-06-01), streamed as server-sent events or whole. */
export const anthropicMessages: Dialect = {
  name: "anthropic-messages",
  read: readRequest,
  answerForm,
  releaseWords,
  // Every answer tells its usage.
  usageEdits: () => [],
  toCanonical,
  outline,
  checking: { terms: answerTerms, askAgain },
  toolTalk,
  forProvider,
  fromCanonical,
  unsaidMaximum: (model) => mostTokens({ model }),
  eventReader,
  promptCaching: { prefix: wirePrefix },
  reasons: "anthropic",
  tellsAll,
  reader: (form) => (form.stream ? new StreamReader() : new WholeReader()),
  encoder: (form, callId) => (form.stream ? new StreamEncoder(callId) : new WholeEncoder(callId)),
  errorBody,
  errorEvent,
};
