import type { CachePolicy } from "../../domain/cache/cache-policy.ts";
import { DEFAULT_CACHE_POLICY } from "../../domain/cache/cache-policy.ts";
import type { CacheInput } from "../schema/cache-schema.ts";

/** Which answers an endpoint keeps, every default written out: a release means the same tomorrow. */
export function buildCachePolicy(input: CacheInput): CachePolicy {
  const usual = DEFAULT_CACHE_POLICY;
  return {
    ttlMs: input.ttl,
    staleForMs: input.stale_for ?? usual.staleForMs,
    maxEntryBytes: input.max_entry_bytes ?? usual.maxEntryBytes,
    scope: input.shared ?? usual.scope,
    tools: input.tools ?? usual.tools,
    sampled: input.sampled ?? usual.sampled,
    waitMs: input.wait ?? usual.waitMs,
  };
}
