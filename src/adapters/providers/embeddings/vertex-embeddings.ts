import type { Headers } from "../../../ports/provider.ts";
import type { EmbeddingPart, EmbeddingWire } from "./embedding-wire.ts";
import { isWithoutTasks, taskOf } from "./gemini-embeddings.ts";
import { countIn, itemsOf, memberOf, vectorsIn } from "./members.ts";

/** Where the models of a project are and who asks. */
export interface VertexEmbeddingTerms {
  readonly provider: string;
  /** Path of the base address, up to the publisher. */
  readonly base: string;
  readonly access: () => Promise<Headers>;
  /** What `access` gave was refused. */
  readonly refused: () => void;
}

/** A request holds 20,000 tokens; there are languages in which a character is one. */
const MOST_UNITS = 20_000;

/**
 * Vertex's `predict`, with 250 texts at a time or, of Gemini's models, one; the newest of them have `embedContent` in its
 * place. What is too long is refused there, because it is asked not to cut it.
 */
export function vertexEmbeddings({ provider, base, access, refused }: VertexEmbeddingTerms): EmbeddingWire {
  return {
    room: (model) => (model.includes("gemini-embedding") ? { texts: 1 } : { texts: 250, units: MOST_UNITS }),
    post({ texts, dimensions, purpose }, { model }) {
      const path = `${base}/models/${encodeURIComponent(model)}`;
      const task = taskOf(purpose, model, provider);
      const settings = { autoTruncate: false, ...(dimensions !== null && { outputDimensionality: dimensions }) };
      if (isWithoutTasks(model)) {
        const content = { role: "user", parts: texts.map((text) => ({ text })) };
        return { path: `${path}:embedContent`, body: { content, ...settings } };
      }
      const instances = texts.map((content) => ({ content, ...(task !== null && { task_type: task }) }));
      return { path: `${path}:predict`, body: { instances, parameters: settings } };
    },
    access,
    refused,
    read: ({ body }) => (memberOf(body, "predictions") === undefined ? contentIn(body) : predictionsIn(body)),
  };
}

function contentIn(body: unknown): EmbeddingPart | null {
  const vectors = vectorsIn([memberOf(body, "embedding", "values")]);
  if (vectors === null) return null;
  return { vectors, inputTokens: countIn(memberOf(body, "usageMetadata", "promptTokenCount")) };
}

function predictionsIn(body: unknown): EmbeddingPart | null {
  const made = itemsOf(memberOf(body, "predictions")).map((each) => memberOf(each, "embeddings"));
  const vectors = vectorsIn(made.map((each) => memberOf(each, "values")));
  if (vectors === null) return null;
  const counts = made.map((each) => countIn(memberOf(each, "statistics", "token_count")));
  const inputTokens = counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0);
  return { vectors, inputTokens };
}
