import { createMemoryCache } from "../adapters/caches/memory-cache.ts";
import { createValkeyCache } from "../adapters/caches/valkey-cache.ts";
import { scoped } from "../domain/traffic/environment-scope.ts";
import { ResultDesk } from "../gateway/results/result-desk.ts";
import type { CacheTerms } from "./create-cache-desk.ts";
import type { Stores } from "./stores.ts";

/** Largest result that is kept in Valkey, whatever is declared: the largest that may be, and the line before it. */
const MAX_ENTRY_BYTES = 16 * 1024 * 1024 + 1_024;

/** Before the names in Valkey: apart from answers of models, which are purged by endpoint. */
const PREFIX = "rollward:results";

/** Kept results of tools and retrieval: in Valkey where the replicas share one, else in this process. */
export function createResultDesk(
  { valkey }: Pick<Stores, "valkey">,
  { clock, ids, scope, maxBytes }: Pick<CacheTerms, "clock" | "ids" | "scope" | "maxBytes">,
): ResultDesk {
  const cache =
    valkey === undefined
      ? createMemoryCache({ clock, maxBytes })
      : createValkeyCache({ valkey, ids, maxEntryBytes: MAX_ENTRY_BYTES, prefix: scoped(scope, PREFIX) });
  return new ResultDesk({ cache, clock, ids });
}
