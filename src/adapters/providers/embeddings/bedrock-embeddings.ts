import type { EmbeddingPurpose, EmbeddingRequest } from "../../../domain/call/embedding.ts";
import { RollwardError } from "../../../domain/errors.ts";
import type { JsonObject } from "../../../domain/json.ts";
import type { Headers } from "../../../ports/provider.ts";
import { untranslatable } from "../ai-sdk-bridge/vendor-parts.ts";
import { COHERE_TEXTS, isOfOneSize } from "./cohere-embeddings.ts";
import type {
  EmbeddingAnswer,
  EmbeddingPart,
  EmbeddingPost,
  EmbeddingTarget,
  EmbeddingWire,
} from "./embedding-wire.ts";
import { countIn, itemsOf, memberOf, vectorsIn } from "./members.ts";

/** Where Bedrock is and who asks. */
export interface BedrockEmbeddingTerms {
  readonly provider: string;
  /** Path of the base address. */
  readonly base: string;
  readonly access: (post: { readonly path: string; readonly bytes: Buffer }, target: EmbeddingTarget) => Headers;
}

type Family = "titan" | "cohere" | "nova";

const NOVA_PURPOSES: Readonly<Record<EmbeddingPurpose, string>> = {
  search_document: "GENERIC_INDEX",
  search_query: "GENERIC_RETRIEVAL",
  classification: "CLASSIFICATION",
  clustering: "CLUSTERING",
};

const TOKENS_HEADER = "x-amzn-bedrock-input-token-count";

/** Bedrock's `InvokeModel`, in the form of the model's maker: one text at a time, and 96 of Cohere's models. */
export function bedrockEmbeddings({ provider, base, access }: BedrockEmbeddingTerms): EmbeddingWire {
  return {
    room: (model) => ({ texts: familyOf(model, provider) === "cohere" ? COHERE_TEXTS : 1 }),
    post: (request, { model }): EmbeddingPost => ({
      path: `${base}/model/${encodeURIComponent(model)}/invoke`,
      body: BODIES[familyOf(model, provider)](request, model, provider),
    }),
    access,
    read: readAnswer,
  };
}

/** By a part of the name: profiles for several regions have more before it. */
function familyOf(model: string, provider: string): Family {
  if (model.includes("amazon.titan-embed")) return "titan";
  if (model.includes("cohere.embed")) return "cohere";
  if (model.includes("amazon.nova-") && model.includes("embed")) return "nova";
  const whom = `${provider} with the model ${model}`;
  throw new RollwardError("operation_not_offered", { operation: "embeddings", provider: whom, param: "model" });
}

type Body = (request: EmbeddingRequest, model: string, provider: string) => JsonObject;

const BODIES: Readonly<Record<Family, Body>> = {
  titan({ texts: [text = ""], dimensions, purpose }, model, provider) {
    if (purpose !== null) throw untranslatable("input_type", provider);
    if (dimensions === null) return { inputText: text };
    if (!model.includes("titan-embed-text-v2")) throw untranslatable("dimensions", provider);
    return { inputText: text, dimensions };
  },
  cohere({ texts, dimensions, purpose }, model, provider) {
    if (dimensions !== null && isOfOneSize(model)) throw untranslatable("dimensions", provider);
    return {
      texts,
      input_type: purpose ?? "search_query",
      truncate: "NONE",
      ...(dimensions !== null && { output_dimension: dimensions }),
    };
  },
  nova: ({ texts: [text = ""], dimensions, purpose }) => ({
    taskType: "SINGLE_EMBEDDING",
    singleEmbeddingParams: {
      embeddingPurpose: NOVA_PURPOSES[purpose ?? "search_document"],
      ...(dimensions !== null && { embeddingDimension: dimensions }),
      text: { truncationMode: "NONE", value: text },
    },
  }),
};

function readAnswer({ body, headers }: EmbeddingAnswer): EmbeddingPart | null {
  const vectors = vectorsIn(valuesIn(body));
  const told = countIn(memberOf(body, "inputTextTokenCount")) ?? countIn(memberOf(body, "inputTokenCount"));
  const counted = headers[TOKENS_HEADER];
  return vectors === null
    ? null
    : { vectors, inputTokens: told ?? (counted === undefined ? null : countIn(Number(counted))) };
}

/** Titan's `embedding`; Cohere's lists, bare or by their kind; Nova's objects. */
function valuesIn(body: unknown): readonly unknown[] {
  const one = memberOf(body, "embedding");
  if (one !== undefined) return [one];
  const many = memberOf(body, "embeddings");
  const listed = Array.isArray(many) ? (many as readonly unknown[]) : itemsOf(memberOf(many, "float"));
  return listed.map((each) => (Array.isArray(each) ? each : memberOf(each, "embedding")));
}
