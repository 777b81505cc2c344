import { writtenPolicies } from "../../config/written-policies.ts";
import type { AdminTerms } from "../../http/admin/admin-terms.ts";
import { originOf } from "../../http/admin/origin-view-of.ts";
import type { House } from "../plug.ts";
import { findDrift } from "./find-drift.ts";
import { retirementsOf } from "./retiring-now.ts";

/** What the admin API needs of versions, lineage and drift. */
export function registryTerms({
  stores,
  environments,
  delivery,
  gateway,
}: House): Pick<AdminTerms, "versions" | "spellPolicies" | "retirements" | "drift"> {
  const { versions, projects, flags } = stores;
  const pausesOf = (environment: string) => environments.known(environment)?.stores.pauses ?? null;
  const terms = { delivery, projects, versions, flags, keys: gateway.keys, pausesOf };
  return {
    versions,
    spellPolicies: writtenPolicies,
    retirements: () => retirementsOf(environments),
    drift: ({ main, files, origin }, environment) =>
      findDrift(terms, {
        main,
        files: new Map(Object.entries(files)),
        origin: originOf(origin) ?? null,
        ...(environment !== null && { environment }),
      }),
  };
}
