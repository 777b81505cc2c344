import { RollwardError } from "../../domain/errors.ts";
import { unitVector } from "../../kit/nearest-vectors.ts";

/** What an answer must hold. */
export interface ExpectedEmbeddings {
  readonly provider: string;
  readonly count: number;
  readonly dimension: number;
}

/** Vectors as vectors of length 1. Throws `provider_bad_answer` where one has another dimension or none. */
export function unitVectors(
  vectors: readonly ArrayLike<number>[],
  { provider, dimension }: Pick<ExpectedEmbeddings, "provider" | "dimension">,
): readonly Float32Array[] {
  return vectors.map((values) => {
    if (values.length !== dimension) throw badAnswer(provider, otherDimension(values.length, dimension));
    const vector = unitVector(values, dimension);
    if (vector === null) throw badAnswer(provider, "an embedding is missing or has no direction");
    return vector;
  });
}

const badAnswer = (provider: string, reason: string): RollwardError =>
  new RollwardError("provider_bad_answer", { provider, reason });

const otherDimension = (found: number, wanted: number): string =>
  `its vectors have ${found} dimensions and not the ${wanted} that are configured`;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads an answer of `/v1/embeddings` (OpenAI API reference, "The embedding object"): one vector for each text, by its `index`,
 * as numbers or as base64 of little-endian floats. Throws `provider_bad_answer` where one is missing or none that was asked for.
 */
export function readEmbeddings(
  bytes: Buffer,
  { provider, count, dimension }: ExpectedEmbeddings,
): { readonly vectors: readonly Float32Array[]; readonly inputTokens: number } {
  const bad = (reason: string): RollwardError => badAnswer(provider, reason);
  const answer = fieldsIn(bytes);
  const data: unknown = answer?.["data"];
  if (!Array.isArray(data) || data.length !== count) throw bad(`it does not hold ${count} embeddings`);
  const vectors = Array.from({ length: count }, (): Float32Array | null => null);
  for (const [place, each] of (data as readonly unknown[]).entries()) {
    const item = asFields(each);
    const index = item?.["index"] ?? place;
    const values = valuesOf(item?.["embedding"]);
    if (values === null) throw bad("an embedding is neither numbers nor base64");
    if (values.length !== dimension) throw bad(otherDimension(values.length, dimension));
    if (typeof index === "number" && vectors[index] === null) vectors[index] = unitVector(values, dimension);
  }
  if (!vectors.every((vector) => vector !== null)) throw bad("an embedding is missing or has no direction");
  return { vectors, inputTokens: tokensIn(answer) };
}

function fieldsIn(bytes: Buffer): Fields | null {
  try {
    return asFields(JSON.parse(bytes.toString("utf8")));
  } catch {
    return null;
  }
}

const asFields = (value: unknown): Fields | null =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;

function valuesOf(embedding: unknown): ArrayLike<number> | null {
  if (Array.isArray(embedding)) return embedding.every((each) => typeof each === "number") ? embedding : null;
  if (typeof embedding !== "string") return null;
  const packed = Buffer.from(embedding, "base64");
  return Float32Array.from({ length: packed.length >> 2 }, (_, at) => packed.readFloatLE(at * 4));
}

function tokensIn(answer: Fields | null): number {
  const tokens = asFields(answer?.["usage"])?.["prompt_tokens"];
  return Number.isSafeInteger(tokens) && (tokens as number) >= 0 ? (tokens as number) : 0;
}
