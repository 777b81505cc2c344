import type { ModelTarget } from "../release/release.ts";

/** Who turns questions into vectors: the model that Rollward brings along, or one of a provider. */
export type EmbedderChoice = "local" | ModelTarget;

/** On which terms an answer may be given again to a question that means the same. Part of the release. */
export interface SemanticPolicy {
  /** Most wrong answers among those that are given again, as a share in (0, 1). */
  readonly wrongAtMost: number;
  /** With which probability that must hold, in (0, 1). */
  readonly confidence: number;
  /** Share of the lookups that are audited for ever, once answers are given again; in (0, 1]. */
  readonly audit: number;
  /** Who says whether a kept answer would have been right. */
  readonly judge: ModelTarget;
  readonly embedder: EmbedderChoice;
  /** Numbers of a vector of the provider's model; `null` for the local one, which is known. */
  readonly dimension: number | null;
  /** Whether numbers, identifiers and negation must be the same. */
  readonly transactional: boolean;
  /** Whether every user has answers of their own. A request that names no user then has none. */
  readonly personal: boolean;
  /** Most questions that are remembered in one partition. */
  readonly entries: number;
  /** Longest a call waits for the vector of its question, ms. */
  readonly withinMs: number;
}

/** What a semantic policy has where it says nothing; only `judge` has no default. */
export const DEFAULT_SEMANTIC_POLICY: Omit<SemanticPolicy, "judge"> = {
  wrongAtMost: 0.05,
  confidence: 0.95,
  audit: 0.05,
  embedder: "local",
  dimension: null,
  transactional: false,
  personal: false,
  entries: 2_000,
  withinMs: 50,
};

/** The same for an embedder that is asked over a network, ms. */
export const REMOTE_WITHIN_MS = 300;
