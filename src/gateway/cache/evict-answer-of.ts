import type { CallFacts } from "../../domain/call/call-record.ts";
import type { Gateway } from "../gateway.ts";

/**
 * Forgets the kept answer that a call gave or made; resolves to whether there was one. A semantic hit takes more than
 * that: the answer stays for its own question, and it is this one that it must not be given to.
 */
export async function evictAnswerOf(gateway: Gateway, facts: CallFacts): Promise<boolean> {
  const { cache, endpoint, tier } = facts;
  if (cache?.key == null || endpoint === null) return false;
  return tier === "cache:semantic" ? refuseHit(gateway, facts) : gateway.cache.evict({ endpoint, key: cache.key });
}

async function refuseHit({ cache: desk, clock }: Gateway, { cache, endpoint, release }: CallFacts): Promise<boolean> {
  if (desk.semantic === null || cache?.semantic === undefined || cache.key === null || endpoint === null) return false;
  const at = clock.now();
  return desk.semantic.refuse({ endpoint, release: release ?? "", question: cache.key, at, fact: cache.semantic });
}
