import type { Dialect, ReleaseParts } from "../../../ports/dialect.ts";
import { answerForm } from "../openai-chat/answer-form.ts";
import { errorBody, errorEvent } from "../openai-chat/error-body.ts";
import { StreamReader } from "../openai-chat/stream-reader.ts";
import { usageEdits } from "../openai-chat/usage-edits.ts";
import { WholeReader } from "../openai-chat/whole-reader.ts";
import { passingWords, readPassing, untranslated } from "../untranslated.ts";
import { StreamEncoder } from "./stream-encoder.ts";
import { toCanonical } from "./to-canonical.ts";
import { WholeEncoder } from "./whole-encoder.ts";

/**
 * OpenAI's older completions (`POST /v1/completions`), streamed or whole. They pass to providers that speak them, and
 * are translated for the others; nobody is asked in them by clients of another dialect.
 */
export const openAiCompletions: Dialect = {
  name: "openai-completions",
  read: (bytes) => readPassing(bytes, "prompt"),
  answerForm,
  releaseWords: (own) => passingWords(olderNames(own), "openai-completions"),
  usageEdits,
  ...untranslated("openai-completions", "prompt"),
  toCanonical,
  reader: (form) => (form.stream ? new StreamReader(form) : new WholeReader()),
  encoder: (form, callId, createdAt) =>
    form.stream ? new StreamEncoder(form, callId, createdAt) : new WholeEncoder(callId, createdAt),
  errorBody,
  errorEvent,
};

/** The limit has its older name there. */
function olderNames(own: ReleaseParts): ReleaseParts {
  const { max_completion_tokens: limit, ...others } = own.parameters;
  return limit === undefined ? own : { ...own, parameters: { ...others, max_tokens: limit } };
}
