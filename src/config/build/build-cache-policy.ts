import type { CachePolicy } from "../../domain/cache/cache-policy.ts";
import { DEFAULT_CACHE_POLICY } from "../../domain/cache/cache-policy.ts";
import { DEFAULT_SEMANTIC_POLICY, REMOTE_WITHIN_MS } from "../../domain/cache/semantic-policy.ts";
import type { EmbedderChoice, SemanticPolicy } from "../../domain/cache/semantic-policy.ts";
import { splitModel } from "../checks/check-models.ts";
import type { CacheInput } from "../schema/cache-schema.ts";
import type { SemanticInput } from "../schema/semantic-schema.ts";

/** Which answers an endpoint keeps, every default written out: a release means the same tomorrow. */
export function buildCachePolicy(input: CacheInput): CachePolicy {
  const usual = DEFAULT_CACHE_POLICY;
  const semantic = input.semantic === undefined ? null : buildSemanticPolicy(input.semantic);
  return {
    ttlMs: input.ttl,
    staleForMs: input.stale_for ?? usual.staleForMs,
    maxEntryBytes: input.max_entry_bytes ?? usual.maxEntryBytes,
    scope: input.shared ?? usual.scope,
    tools: input.tools ?? usual.tools,
    sampled: input.sampled ?? usual.sampled,
    waitMs: input.wait ?? usual.waitMs,
    ...(semantic !== null && { semantic }),
  };
}

function buildSemanticPolicy(input: SemanticInput): SemanticPolicy | null {
  const usual = DEFAULT_SEMANTIC_POLICY;
  const judge = splitModel(input.judge);
  if (judge === null) return null;
  const embedder: EmbedderChoice = splitModel(input.embedder ?? "local") ?? "local";
  return {
    wrongAtMost: input.wrong_at_most ?? usual.wrongAtMost,
    confidence: input.confidence ?? usual.confidence,
    audit: input.audit ?? usual.audit,
    judge,
    embedder,
    dimension: embedder === "local" ? null : (input.dimension ?? usual.dimension),
    transactional: input.transactional ?? usual.transactional,
    personal: input.personal ?? usual.personal,
    entries: input.entries ?? usual.entries,
    withinMs: input.within ?? (embedder === "local" ? usual.withinMs : REMOTE_WITHIN_MS),
  };
}
