import type { EmbeddingPurpose } from "../../../domain/call/embedding.ts";
import { RollwardError } from "../../../domain/errors.ts";
import type { Json, JsonObject } from "../../../domain/json.ts";
import type { EmbeddingForm, MadeVectors } from "../../../ports/dialect.ts";
import { Fields } from "../fields.ts";

/** Members that speak to Rollward. */
const OURS = ["model", "metadata", "variables", "stream"];

/** As many as OpenAI takes in one request. */
const MOST_TEXTS = 2_048;

const FORMATS: ReadonlySet<string | null> = new Set([null, "float", "base64"]);

const PURPOSES: ReadonlySet<string> = new Set([
  "search_document",
  "search_query",
  "classification",
  "clustering",
] satisfies EmbeddingPurpose[]);

/** OpenAI's embeddings for a provider with another wire (OpenAI API reference, "Create embeddings"). */
export const embeddingForm: EmbeddingForm = {
  request(body, provider) {
    const fields = new Fields(body, "", provider);
    fields.leave(...OURS);
    const texts = textsIn(fields, provider);
    if (!FORMATS.has(fields.string("encoding_format"))) {
      throw fields.invalid("encoding_format", "must be `float` or `base64`");
    }
    const dimensions = fields.integer("dimensions");
    if (dimensions !== null && dimensions < 1) throw fields.invalid("dimensions", "must be at least 1");
    const request = { texts, dimensions, purpose: purposeIn(fields), user: fields.string("user") };
    fields.done();
    return request;
  },
  answer,
};

function textsIn(fields: Fields, provider: string): readonly string[] {
  const input = fields.value("input");
  const given = Array.isArray(input) ? (input as readonly Json[]) : [input];
  if (given.length === 0) throw fields.invalid("input", "must not be empty");
  if (given.length > MOST_TEXTS) throw fields.invalid("input", `must not hold more than ${MOST_TEXTS} texts`);
  return given.map((text, at) => {
    const place = Array.isArray(input) ? `input[${at}]` : "input";
    // Ids mean something to the one tokenizer that they were made with.
    if (typeof text === "number" || Array.isArray(text)) throw tokenIds(provider);
    if (typeof text !== "string" || text === "") throw fields.invalid(place, "must be a non-empty string");
    return text;
  });
}

const tokenIds = (provider: string): RollwardError =>
  new RollwardError("untranslatable", { field: "input (ids of tokens)", provider, param: "input" });

function purposeIn(fields: Fields): EmbeddingPurpose | null {
  const purpose = fields.string("input_type");
  if (purpose !== null && !PURPOSES.has(purpose)) {
    throw fields.invalid("input_type", `must be one of ${[...PURPOSES].join(", ")}`);
  }
  return purpose as EmbeddingPurpose | null;
}

function answer(body: JsonObject, { model, vectors, inputTokens }: MadeVectors): Buffer {
  const packs = body["encoding_format"] === "base64";
  const data = vectors.map((vector, index) => ({
    object: "embedding",
    index,
    embedding: packs ? packed(vector) : vector,
  }));
  const usage = { prompt_tokens: inputTokens, total_tokens: inputTokens };
  return Buffer.from(JSON.stringify({ object: "list", data, model, usage }));
}

/** Little-endian floats of 32 bits in base64, whatever this machine's own order is. */
function packed(vector: readonly number[]): string {
  const bytes = Buffer.allocUnsafe(vector.length * 4);
  for (let at = 0; at < vector.length; at += 1) bytes.writeFloatLE(vector[at] ?? 0, at * 4);
  return bytes.toString("base64");
}
