import type { Dialect, DialectName } from "../../ports/dialect.ts";
import { anthropicMessages } from "./anthropic-messages/index.ts";
import { openAiChat } from "./openai-chat/index.ts";
import { openAiCompletions } from "./openai-completions/index.ts";
import { openAiEmbeddings } from "./openai-embeddings/index.ts";
import { openAiResponses } from "./openai-responses/index.ts";

/** Every dialect there is. To add one: its folder, one line here, golden cases and the official SDK. */
export const DIALECTS: ReadonlyMap<DialectName, Dialect> = new Map(
  [anthropicMessages, openAiChat, openAiCompletions, openAiEmbeddings, openAiResponses].map((dialect) => [
    dialect.name,
    dialect,
  ]),
);
