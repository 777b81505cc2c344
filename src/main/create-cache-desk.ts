import { createMemoryCache } from "../adapters/caches/memory-cache.ts";
import { createValkeyCache } from "../adapters/caches/valkey-cache.ts";
import { CacheDesk } from "../gateway/cache/cache-desk.ts";
import { SemanticDesk } from "../gateway/cache/semantic/semantic-desk.ts";
import { scoped } from "../domain/traffic/environment-scope.ts";
import type { EnvironmentScope } from "../domain/traffic/environment-scope.ts";
import type { Announcer } from "../ports/announcer.ts";
import type { Clock } from "../ports/clock.ts";
import type { Embedders } from "../ports/embedders.ts";
import type { Ids } from "../ports/ids.ts";
import type { Stores } from "./stores.ts";

/** Largest answer that is kept in Valkey, whatever a release permits: the largest that one may permit. */
const MAX_ENTRY_BYTES = 16 * 1024 * 1024;

/** What the cache of this process is made with. */
export interface CacheTerms {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Before the names of an environment where replicas share them. */
  readonly scope: EnvironmentScope;
  /** Most bytes that entries may take in memory. */
  readonly maxBytes: () => number;
}

/** What the desk is made with beside that. */
export interface CacheDeskTerms extends CacheTerms {
  readonly announcer: Announcer;
  readonly embedders: Embedders;
}

/** Kept answers: in Valkey where the replicas share one, else in this process. */
export function createCacheDesk(
  { valkey, meanings, proofs }: Pick<Stores, "valkey" | "meanings" | "proofs">,
  terms: CacheDeskTerms,
): CacheDesk {
  const { clock, ids, scope, maxBytes, announcer, embedders } = terms;
  const semantic = new SemanticDesk({ store: meanings, proofs, embedders, clock, announcer });
  const isShared = valkey !== undefined;
  const cache = isShared
    ? createValkeyCache({ valkey, ids, maxEntryBytes: MAX_ENTRY_BYTES, prefix: scoped(scope, "rollward") })
    : createMemoryCache({ clock, maxBytes });
  return new CacheDesk(cache, semantic);
}
