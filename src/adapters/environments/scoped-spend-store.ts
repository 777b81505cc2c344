import { scoped } from "../../domain/traffic/environment-scope.ts";
import type { EnvironmentScope } from "../../domain/traffic/environment-scope.ts";
import type { SpendStore } from "../../ports/spend-store.ts";

/** What one environment spends, in a store that several share. */
export function createScopedSpendStore(store: SpendStore, scope: EnvironmentScope): SpendStore {
  return {
    write: (replicaId, rows) =>
      store.write(
        replicaId,
        rows.map((row) => ({ ...row, endpoint: scoped(scope, row.endpoint) })),
      ),
    async sum({ endpoint, ...query }) {
      const sums = await store.sum({
        ...query,
        ...(endpoint === undefined ? { scope } : { endpoint: scoped(scope, endpoint) }),
      });
      return sums.map((sum) =>
        sum.endpoint === undefined ? sum : { ...sum, endpoint: sum.endpoint.slice(scope.length) },
      );
    },
    async costs({ endpoints, ...query }) {
      const own = endpoints?.map((endpoint) => scoped(scope, endpoint));
      const sums = await store.costs({ ...query, ...(own === undefined ? { scope } : { endpoints: own }) });
      return sums.map((sum) =>
        sum.endpoint === undefined ? sum : { ...sum, endpoint: sum.endpoint.slice(scope.length) },
      );
    },
    expire: (before) => store.expire(before),
  };
}
