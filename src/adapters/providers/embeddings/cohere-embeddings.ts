import { untranslatable } from "../ai-sdk-bridge/vendor-parts.ts";
import type { EmbeddingWire } from "./embedding-wire.ts";
import { countIn, itemsOf, memberOf, vectorsIn } from "./members.ts";

/** Where Cohere's API is and who asks. */
export interface CohereEmbeddingTerms {
  readonly provider: string;
  /** Path of the base address. */
  readonly base: string;
  readonly keys: readonly string[];
}

/** Texts of one request to a model of Cohere's, at Cohere and elsewhere. */
export const COHERE_TEXTS = 96;

/** Whether a model of Cohere's makes vectors of one size only: those before the fourth generation do. */
export const isOfOneSize = (model: string): boolean => model.includes("-v2") || model.includes("-v3");

/** Cohere's `/v2/embed`. Models want to be told what vectors are for: a query, where the request does not say. */
export function cohereEmbeddings({ provider, base, keys }: CohereEmbeddingTerms): EmbeddingWire {
  return {
    room: () => ({ texts: COHERE_TEXTS }),
    post({ texts, dimensions, purpose }, { model }) {
      if (dimensions !== null && isOfOneSize(model)) throw untranslatable("dimensions", provider);
      const body = {
        model,
        texts,
        input_type: purpose ?? "search_query",
        embedding_types: ["float"],
        // It would cut what is too long and not say so.
        truncate: "NONE",
        ...(dimensions !== null && { output_dimension: dimensions }),
      };
      return { path: `${base}/embed`, body };
    },
    access: (_, { key }) => ({ authorization: `Bearer ${keys[key] ?? ""}` }),
    read({ body }) {
      const vectors = vectorsIn(itemsOf(memberOf(body, "embeddings", "float")));
      if (vectors === null) return null;
      return { vectors, inputTokens: countIn(memberOf(body, "meta", "billed_units", "input_tokens")) };
    },
  };
}
