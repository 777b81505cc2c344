import { scoped } from "../../domain/traffic/environment-scope.ts";
import type { EnvironmentScope } from "../../domain/traffic/environment-scope.ts";
import type { KnownMeaning, MeaningStore } from "../../ports/meaning-store.ts";

/**
 * The remembered questions of one environment in a store that several share. Partitions are digests that hold the
 * environment already; what is removed by its endpoint is not.
 */
export function createScopedMeaningStore(store: MeaningStore, scope: EnvironmentScope): MeaningStore {
  if (scope === "") return store;
  const own = (meaning: KnownMeaning): KnownMeaning => ({ ...meaning, endpoint: meaning.endpoint.slice(scope.length) });
  return {
    search: store.search,
    put: (meaning, most) => store.put({ ...meaning, endpoint: scoped(scope, meaning.endpoint) }, most),
    async nearest(partition, vector, terms) {
      const found = await store.nearest(partition, vector, terms);
      return found.map((near) => ({ ...near, meaning: own(near.meaning) }));
    },
    async changes(partition, since, now) {
      const { changed, ...rest } = await store.changes(partition, since, now);
      return { ...rest, changed: changed.map(own) };
    },
    note: (place, note) => store.note(place, note),
    veto: (place, question) => store.veto(place, question),
    remove: (what) => store.remove("endpoint" in what ? { endpoint: scoped(scope, what.endpoint) } : what),
    expire: (now) => store.expire(now),
    poisoned: () => store.poisoned(),
  };
}
