import type { Gateway } from "../../gateway/gateway.ts";
import { handle } from "../../gateway/handle.ts";
import { openAiEmbeddings } from "../dialects/openai-embeddings/index.ts";
import { arrivalOf } from "./arrival-of.ts";
import type { CallRoute } from "./call-route.ts";

/** `POST /v1/embeddings`: OpenAI's embeddings. */
export const embeddings = (gateway: Gateway): CallRoute => ({
  path: "/v1/embeddings",
  serve: (request) => handle(gateway, { ...arrivalOf(request), dialect: openAiEmbeddings }),
});
