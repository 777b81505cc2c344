import type { EmbeddingRequest, Vectors } from "../../../domain/call/embedding.ts";
import type { JsonObject } from "../../../domain/json.ts";
import type { Headers } from "../../../ports/provider.ts";

/** Which model makes the vectors, with which of the provider's keys. */
export interface EmbeddingTarget {
  readonly model: string;
  /** From 0. */
  readonly key: number;
}

/** How much one request of a vendor holds. */
export interface EmbeddingRoom {
  readonly texts: number;
  /** UTF-16 code units of all texts; one that is longer goes alone. Absent is any. */
  readonly units?: number;
}

/** One request to a vendor: a POST. */
export interface EmbeddingPost {
  /** With the path of the base address, escaped. */
  readonly path: string;
  readonly body: JsonObject;
}

/** What an answer holds: as many vectors as there were texts, in their order. */
export interface EmbeddingPart {
  readonly vectors: Vectors;
  /** What the vendor counts; `null` where it does not say. */
  readonly inputTokens: number | null;
}

/** An answer of a vendor, parsed. */
export interface EmbeddingAnswer {
  readonly body: unknown;
  readonly headers: Headers;
}

/** How a vendor is asked for vectors. */
export interface EmbeddingWire {
  /** Throws `operation_not_offered` for a model that makes none. */
  room(model: string): EmbeddingRoom;
  /** Throws `untranslatable` for what the model has no place for. */
  post(request: EmbeddingRequest, target: EmbeddingTarget): EmbeddingPost;
  /** The headers that say who asks. */
  access(post: { readonly path: string; readonly bytes: Buffer }, target: EmbeddingTarget): Promise<Headers> | Headers;
  /** What `access` gave was refused with status 401: what is kept of it is not given again. */
  refused?(): void;
  /** `null` where it is no answer of this vendor's. */
  read(answer: EmbeddingAnswer): EmbeddingPart | null;
}
