/**
 * Which state of the conventions is emitted. `latest`: as this version of Rollward knows them. `1.41`: the names
 * before `cache_write` replaced `cache_creation`. `next`: also the token histograms that are proposed and not merged.
 */
export type SemanticVersion = "latest" | "1.41" | "next";

/** Every version, in the order in which documents show them. */
export const SEMANTIC_VERSIONS: readonly SemanticVersion[] = ["latest", "1.41", "next"];

/** Type of an attribute's value. */
export type NameType = "string" | "int" | "double" | "boolean" | "string[]";

/** Which signal a name belongs to. */
export type NameSignal = "call" | "stage" | "attempt" | "evaluation" | "resource" | "event" | "metric";

/** One name. */
export interface SemanticName {
  /** By version where versions differ; an empty text is a version that has none. */
  readonly name: string | Readonly<Record<SemanticVersion, string>>;
  readonly type: NameType;
  readonly on: readonly NameSignal[];
  /** Content of prompts and answers: emitted only where the policy of the project says so. */
  readonly isContent?: true;
  /** What it says, in a sentence without a full stop. */
  readonly says: string;
}
