import type { Dialect, ReleaseParts } from "../../../ports/dialect.ts";
import { answerForm } from "../openai-chat/answer-form.ts";
import { errorBody, errorEvent } from "../openai-chat/error-body.ts";
import { StreamReader } from "../openai-chat/stream-reader.ts";
import { usageEdits } from "../openai-chat/usage-edits.ts";
import { WholeReader } from "../openai-chat/whole-reader.ts";
import { passingWords, readPassing, untranslated } from "../untranslated.ts";

/** OpenAI's older completions (`POST /v1/completions`), streamed or whole, for providers that speak them. */
export const openAiCompletions: Dialect = {
  name: "openai-completions",
  read: (bytes) => readPassing(bytes, "prompt"),
  answerForm,
  releaseWords: (own) => passingWords(olderNames(own), "openai-completions"),
  usageEdits,
  ...untranslated("openai-completions", "prompt"),
  reader: (form) => (form.stream ? new StreamReader(form) : new WholeReader()),
  errorBody,
  errorEvent,
};

/** The limit has its older name there. */
function olderNames(own: ReleaseParts): ReleaseParts {
  const { max_completion_tokens: limit, ...others } = own.parameters;
  return limit === undefined ? own : { ...own, parameters: { ...others, max_tokens: limit } };
}
