import { RollwardError } from "../../../domain/errors.ts";
import type { Dialect, IncomingRequest } from "../../../ports/dialect.ts";
import { errorBody, errorEvent } from "../openai-chat/error-body.ts";
import { passingWords, readPassing, untranslated } from "../untranslated.ts";
import { embeddingForm } from "./embedding-form.ts";
import { EmbeddingsReader } from "./embeddings-reader.ts";

/** OpenAI's embeddings (`POST /v1/embeddings`): as they are for providers that speak them, translated for those that make vectors otherwise. */
export const openAiEmbeddings: Dialect = {
  name: "openai-embeddings",
  read,
  answerForm: () => ({ stream: false, usageInStream: false, contentType: "application/json; charset=utf-8" }),
  releaseWords: (own) => passingWords(own, "openai-embeddings"),
  // Every answer tells its usage.
  usageEdits: () => [],
  ...untranslated("openai-embeddings", "input"),
  embedding: embeddingForm,
  reader: () => new EmbeddingsReader(),
  errorBody,
  errorEvent,
};

/** Embeddings come whole. */
function read(bytes: Buffer): IncomingRequest {
  const request = readPassing(bytes, "input");
  if (!request.stream) return request;
  throw new RollwardError("invalid_request", { reason: "`stream` is not for embeddings.", param: "stream" });
}
