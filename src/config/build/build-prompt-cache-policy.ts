import { DEFAULT_PROMPT_CACHE_POLICY } from "../../domain/prompt-cache/prompt-cache-policy.ts";
import type { PromptCachePolicy } from "../../domain/prompt-cache/prompt-cache-policy.ts";
import type { PromptCacheInput } from "../schema/prompt-cache-schema.ts";

/** How an endpoint uses prompt caches, every default written out; `null` is not at all, as if nothing were written. */
export function buildPromptCachePolicy(input: PromptCacheInput | undefined): PromptCachePolicy | null {
  if (input === undefined || input === "off") return null;
  const usual = DEFAULT_PROMPT_CACHE_POLICY;
  if (input === "auto") return usual;
  return {
    ttl: input.ttl ?? usual.ttl,
    expectedReads: input.expected_reads ?? usual.expectedReads,
    affinity: input.affinity ?? usual.affinity,
  };
}
