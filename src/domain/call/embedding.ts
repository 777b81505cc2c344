/** What vectors are for, where a model makes others for each purpose. */
export type EmbeddingPurpose = "search_document" | "search_query" | "classification" | "clustering";

/** Texts to be made vectors of, in no vendor's form. */
export interface EmbeddingRequest {
  /** At least one, none of them empty. */
  readonly texts: readonly string[];
  /** How many numbers a vector is to have; `null` is the model's own. */
  readonly dimensions: number | null;
  /** `null` is whatever the vendor takes where nothing is said. */
  readonly purpose: EmbeddingPurpose | null;
  readonly user: string | null;
}

/** One vector for each text, in their order. */
export type Vectors = readonly (readonly number[])[];
