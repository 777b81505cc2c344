import type { CallFilter, Per } from "./call-subjects.ts";

/** Which budget or limit has refused a call. */
export interface RefusedBy {
  readonly type: "budget" | "limit";
  /** As it is configured. */
  readonly name: string;
  readonly per: Per;
  /** Whether all callers draw from it: then no tenant, key or user alone is to blame. */
  readonly isShared: boolean;
}

/** Of whom a budget or limit counts the calls together. */
interface Reach {
  readonly name: string;
  readonly per: Per;
  readonly only: CallFilter;
}

/** What is of each tenant, key or user by itself, or about some of them alone, is theirs; everything else is everybody's. */
const isShared = ({ per, only }: Omit<Reach, "name">): boolean =>
  (per === "environment" || per === "endpoint" || per === "model") &&
  only.tenants === undefined &&
  only.keys === undefined;

/** That a budget or limit refused a call. */
export const refusedBy = (type: RefusedBy["type"], { name, per, only }: Reach): RefusedBy => ({
  type,
  name,
  per,
  isShared: isShared({ per, only }),
});

/** Stands before the name in counts: `budget:company`, `limit:calls`. Neither kind of name has a colon. */
export const refuserName = ({ type, name }: Pick<RefusedBy, "type" | "name">): string => `${type}:${name}`;

const BUDGET = refuserName({ type: "budget", name: "" });

/** Counts of refusals by `refuserName`, as tallies have them. */
interface Refusals {
  readonly sharedRefusals: Readonly<Record<string, number>>;
}

/** Calls that a budget or limit of all callers has refused. */
export const sharedRefusalsIn = ({ sharedRefusals }: Refusals): number =>
  Object.values(sharedRefusals).reduce((sum, count) => sum + count, 0);

/** Names of the budgets among them with their calls, the most first. */
export const refusingBudgets = (refusals: Refusals): readonly (readonly [budget: string, calls: number])[] =>
  Object.entries(refusals.sharedRefusals)
    .filter(([name, count]) => name.startsWith(BUDGET) && count > 0)
    .map(([name, count]) => [name.slice(BUDGET.length), count] as const)
    .toSorted(([, one], [, other]) => other - one);

/** What has refused the most of them, in words: `by the budget company`; `null` where nothing has. */
export function worstRefuser({ sharedRefusals }: Refusals): string | null {
  const [worst] = Object.entries(sharedRefusals).toSorted(([, one], [, other]) => other - one);
  return worst === undefined || worst[1] === 0 ? null : `by the ${worst[0].replace(":", " ")}`;
}
