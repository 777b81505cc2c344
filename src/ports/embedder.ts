/** Makes vectors of texts: texts that mean about the same lie close together. */
export interface Embedder {
  /** Model and dimension, `use-lite/512`. Part of whatever keeps vectors: those of two models are never compared. */
  readonly id: string;
  readonly dimension: number;
  /**
   * One vector of length 1 for each text, in their order. Of a text only the first `MOST_EMBEDDED` code units count.
   * Rejects within about `deadlineMs`: `provider_timeout`, `provider_unreachable` (no room or no model), `provider_bad_answer`,
   * or what the provider's answer says. One that rejects may be asked again at once.
   */
  embed(texts: readonly string[], deadlineMs: number): Promise<readonly Float32Array[]>;
  /** Ends it; what is under way rejects. */
  close(): Promise<void>;
}

/** UTF-16 code units of a text that are embedded. Models of sentences see no more of it, and their cost grows with it. */
export const MOST_EMBEDDED = 2_000;

/** Most texts of one call. */
export const MOST_TEXTS = 64;
