import { scoped, unscoped } from "../../domain/traffic/environment-scope.ts";
import type { EnvironmentScope } from "../../domain/traffic/environment-scope.ts";
import type { ProofStore } from "../../ports/proof-store.ts";

/** What is proven in one environment, in a store that several share. Names of groups are digests that hold the environment. */
export function createScopedProofStore(store: ProofStore, scope: EnvironmentScope): ProofStore {
  return {
    find: (group, known) => store.find(group, known),
    save: (proof, read, now) => store.save({ ...proof, endpoint: scoped(scope, proof.endpoint) }, read, now),
    async accounts() {
      return (await store.accounts()).flatMap((account) => {
        const endpoint = unscoped(scope, account.endpoint);
        return endpoint === null ? [] : [{ ...account, endpoint }];
      });
    },
    expire: (quiet) => store.expire(quiet),
  };
}
