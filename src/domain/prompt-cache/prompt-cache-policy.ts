import type { CacheTtl } from "../call/canonical.ts";

/** How a release uses the prompt caches of its providers. A release without a policy leaves requests as they are. */
export interface PromptCachePolicy {
  /** For how long a provider is asked to keep a prefix, where it lets one choose. */
  readonly ttl: CacheTtl;
  /** How often the release's own part is read again before it is forgotten; `null` is learned. */
  readonly expectedReads: number | null;
  /** Whether calls with the same beginning go to the same key and deployment. */
  readonly affinity: boolean;
}

/** What a policy has where it says nothing. */
export const DEFAULT_PROMPT_CACHE_POLICY: PromptCachePolicy = { ttl: "5m", expectedReads: null, affinity: true };

/** Lifetimes of kept prefixes, ms. Every read begins a lifetime anew. */
export const TTL_MS: Readonly<Record<CacheTtl, number>> = { "5m": 300_000, "1h": 3_600_000 };
