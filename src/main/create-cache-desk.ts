import { createMemoryCache } from "../adapters/caches/memory-cache.ts";
import { createValkeyCache } from "../adapters/caches/valkey-cache.ts";
import { CacheDesk } from "../gateway/cache/cache-desk.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { Stores } from "./stores.ts";

/** Largest answer that is kept in Valkey, whatever a release permits: the largest that one may permit. */
const MAX_ENTRY_BYTES = 16 * 1024 * 1024;

/** What the cache of this process is made with. */
export interface CacheTerms {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Most bytes that entries may take in memory. */
  readonly maxBytes: () => number;
}

/** Kept answers: in Valkey where the replicas share one, else in this process. */
export function createCacheDesk({ valkey }: Pick<Stores, "valkey">, { clock, ids, maxBytes }: CacheTerms): CacheDesk {
  const isShared = valkey !== undefined;
  return new CacheDesk(
    isShared
      ? createValkeyCache({ valkey, ids, maxEntryBytes: MAX_ENTRY_BYTES })
      : createMemoryCache({ clock, maxBytes }),
  );
}
