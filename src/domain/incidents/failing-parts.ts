import { refusingBudgets } from "../limits/refused-by.ts";
import type { SeriesMembers, SeriesTally } from "../series/series-cell.ts";
import { OTHER } from "../series/series-cell.ts";

/** Where calls fail: of all failures that nobody but us is to blame for, how large a part each release and each model has. */
export interface FailingParts {
  /** Empty is the whole environment. */
  readonly endpoints: readonly string[];
  /** From 0 to 1 by the release's name. Empty where nothing is known. */
  readonly releases: ReadonlyMap<string, number>;
  /** From 0 to 1 by `provider/model`. */
  readonly models: ReadonlyMap<string, number>;
  /** Budgets of all callers that have refused more calls than failed otherwise; absent where none did. */
  readonly budgets?: ReadonlySet<string>;
}

/** Nothing is known but where it is. */
export const unknownParts = (endpoints: readonly string[]): FailingParts => ({
  endpoints,
  releases: new Map(),
  models: new Map(),
});

type FailingTally = Pick<SeriesTally, "faults"> & Partial<Pick<SeriesTally, "sharedRefusals">>;

/** What failed, from sums that are told apart by endpoint, release and model. */
export function failingPartsOf(
  endpoints: readonly string[],
  sums: readonly { readonly members: Partial<SeriesMembers>; readonly tally: FailingTally }[],
): FailingParts {
  const own = sums.filter(({ members }) => endpoints.length === 0 || endpoints.includes(members.endpoint ?? ""));
  const all = own.reduce((sum, { tally }) => sum + tally.faults, 0);
  const by = (member: "release" | "model"): ReadonlyMap<string, number> => {
    const shares = new Map<string, number>();
    for (const { members, tally } of own) {
      const name = members[member] ?? "";
      if (name === "" || name === OTHER || tally.faults === 0) continue;
      shares.set(name, (shares.get(name) ?? 0) + tally.faults / all);
    }
    return shares;
  };
  const budgets = own.flatMap(({ tally: { sharedRefusals = {} } }) => refusingBudgets({ sharedRefusals }));
  const refused = budgets.reduce((sum, [, calls]) => sum + calls, 0);
  return {
    endpoints,
    releases: by("release"),
    models: by("model"),
    ...(refused > all && { budgets: new Set(budgets.map(([name]) => name)) }),
  };
}
