import type { SemanticPolicy } from "./semantic-policy.ts";

/**
 * Whose questions share an answer: those asked with the same key, those of the same tenant, or all that the
 * endpoint is asked. The last one lets one tenant read what was answered to another.
 */
export type CacheScope = "key" | "tenant" | "endpoint";

/** What a release keeps of its answers, and for how long. A release without a policy keeps none. */
export interface CachePolicy {
  /** For how long an answer is given again. */
  readonly ttlMs: number;
  /** For how long after that it may still be given when every target has failed; 0 is never. */
  readonly staleForMs: number;
  /** Largest entry as stored, bytes. */
  readonly maxEntryBytes: number;
  readonly scope: CacheScope;
  /** Whether answers that call tools are kept. */
  readonly tools: boolean;
  /** Whether answers to requests with a temperature other than 0 are kept. */
  readonly sampled: boolean;
  /** Longest wait for the answer of an identical call that is under way; 0 asks the provider at once. */
  readonly waitMs: number;
  /** On which terms answers are given to questions that mean the same. Absent: only to exactly the same ones. */
  readonly semantic?: SemanticPolicy;
}

/** What a cache policy has where it says nothing; only `ttl` has no default. */
export const DEFAULT_CACHE_POLICY: Omit<CachePolicy, "ttlMs" | "semantic"> = {
  staleForMs: 0,
  maxEntryBytes: 256 * 1024,
  scope: "key",
  tools: false,
  sampled: false,
  waitMs: 30_000,
};

/** How long an entry stays in the cache at all, ms. */
export const keepMsOf = ({ ttlMs, staleForMs }: CachePolicy): number => ttlMs + staleForMs;
