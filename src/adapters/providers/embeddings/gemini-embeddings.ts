import type { EmbeddingPurpose } from "../../../domain/call/embedding.ts";
import type { JsonObject } from "../../../domain/json.ts";
import { untranslatable } from "../ai-sdk-bridge/vendor-parts.ts";
import type { EmbeddingWire } from "./embedding-wire.ts";
import { countIn, itemsOf, memberOf, vectorsIn } from "./members.ts";

const TASKS: Readonly<Record<EmbeddingPurpose, string>> = {
  search_document: "RETRIEVAL_DOCUMENT",
  search_query: "RETRIEVAL_QUERY",
  classification: "CLASSIFICATION",
  clustering: "CLUSTERING",
};

/** Models from here on take what vectors are for in the words of the text itself. */
export const isWithoutTasks = (model: string): boolean => model.includes("gemini-embedding-2");

/** The name of a task at Google; `null` where none is asked for. Throws `untranslatable` for a model without them. */
export function taskOf(purpose: EmbeddingPurpose | null, model: string, provider: string): string | null {
  if (purpose === null) return null;
  if (isWithoutTasks(model)) throw untranslatable("input_type", provider);
  return TASKS[purpose];
}

/** Where the Gemini API is and who asks. */
export interface GeminiEmbeddingTerms {
  readonly provider: string;
  /** Path of the base address. */
  readonly base: string;
  readonly keys: readonly string[];
}

/** Gemini's `batchEmbedContents`, a hundred texts at a time. */
export function geminiEmbeddings({ provider, base, keys }: GeminiEmbeddingTerms): EmbeddingWire {
  return {
    room: () => ({ texts: 100 }),
    post({ texts, dimensions, purpose }, { model }) {
      const task = taskOf(purpose, model, provider);
      const settings: JsonObject = {
        ...(dimensions !== null && { outputDimensionality: dimensions }),
        ...(task !== null && { taskType: task }),
      };
      const requests = texts.map((text) => ({
        model: `models/${model}`,
        content: { parts: [{ text }] },
        ...settings,
      }));
      return { path: `${base}/models/${encodeURIComponent(model)}:batchEmbedContents`, body: { requests } };
    },
    access: (_, { key }) => ({ "x-goog-api-key": keys[key] ?? "" }),
    read({ body }) {
      const vectors = vectorsIn(itemsOf(memberOf(body, "embeddings")).map((each) => memberOf(each, "values")));
      if (vectors === null) return null;
      return { vectors, inputTokens: countIn(memberOf(body, "usageMetadata", "promptTokenCount")) };
    },
  };
}
