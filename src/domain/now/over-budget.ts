import type { BudgetRule } from "../budgets/budget-rule.ts";
import { windowAt } from "../budgets/budget-rule.ts";
import { refusingBudgets } from "../limits/refused-by.ts";
import { describeAmount } from "../spend/describe-change.ts";
import { MINUTE_MS } from "./assess-errors.ts";
import { overBudgetOf, overBudgetSince } from "./minutes-of.ts";
import type { TalliedMinute } from "./minutes-of.ts";
import { count, percent, sinceWords } from "./say-time.ts";
import type { EndpointNow, Situation } from "./situation.ts";

/** A budget of all callers as it stands, for who may raise it. `endsAt`: when it begins again, epoch ms; `null` is never. */
export interface BudgetNow extends Pick<BudgetRule, "name" | "window" | "limitPico" | "atLimit"> {
  readonly endsAt: number | null;
}

/** Calls of the last five minutes that budgets have refused. */
export interface OverBudget {
  readonly calls: number;
  /** Epoch milliseconds, to the minute. */
  readonly since: number | null;
  /** Those of them that a budget of all callers has refused; absent where none has. */
  readonly shared?: SharedOverBudget;
}

/** What budgets of all callers refuse. */
export interface SharedOverBudget {
  readonly calls: number;
  /** Of all calls in the newest two minutes that had some, in [0, 1]: 0 where they refuse no more. */
  readonly share: number;
  /** Those that are still configured, the one that refuses most first. */
  readonly budgets: readonly BudgetNow[];
}

/** What is looked at. */
export interface OverBudgetTerms {
  readonly endpoint: string;
  /** The last hour. */
  readonly minutes: readonly TalliedMinute[];
  readonly rules: readonly BudgetRule[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Minutes that are told, and those that say how it is now. */
const TOLD = 5;
const NEWEST = 2;
/** From this share on somebody is woken, as by the rule `calls-refused`; and from this one on the endpoint does not work. */
const CRITICAL_SHARE = 0.25;
const OUTAGE_SHARE = 0.5;

/** What budgets refuse of an endpoint's calls. */
export function overBudgetNow({ endpoint, minutes, rules, now }: OverBudgetTerms): OverBudget {
  const first = Math.floor(now / MINUTE_MS) - TOLD + 1;
  const own = minutes
    .filter((one) => one.endpoint === endpoint && Math.floor(one.start / MINUTE_MS) >= first)
    .toSorted((one, other) => other.start - one.start);
  const calls = own.reduce((sum, { tally }) => sum + overBudgetOf(tally), 0);
  if (calls === 0) return { calls, since: null };
  const names = new Map<string, number>();
  for (const { tally } of own) {
    for (const [name, refused] of refusingBudgets(tally)) names.set(name, (names.get(name) ?? 0) + refused);
  }
  const refusing = names.size === 0 ? minutes : minutes.filter(({ tally }) => refusingBudgets(tally).length > 0);
  const since = overBudgetSince(refusing, endpoint, now);
  if (names.size === 0) return { calls, since };
  const newest = own.filter(({ tally }) => tally.calls > 0).slice(0, NEWEST);
  const shared = {
    calls: [...names.values()].reduce((sum, refused) => sum + refused, 0),
    share: shareOf(newest),
    budgets: [...names]
      .toSorted(([, one], [, other]) => other - one)
      .flatMap(([name]) => rules.filter((rule) => rule.name === name))
      .map((rule) => budgetNow(rule, now)),
  };
  return { calls, since, shared };
}

const budgetNow = ({ name, window, limitPico, atLimit }: BudgetRule, now: number): BudgetNow => {
  return { name, window, limitPico, atLimit, endsAt: windowAt(window, now).endsAt };
};

function shareOf(minutes: readonly TalliedMinute[]): number {
  const [calls, refused] = minutes.reduce<readonly [number, number]>(
    ([all, some], { tally }) => [
      all + tally.calls,
      some + refusingBudgets(tally).reduce((sum, [, one]) => sum + one, 0),
    ],
    [0, 0],
  );
  return calls === 0 ? 0 : refused / calls;
}

/** Whether budgets of all callers refuse so much that the endpoint does not work for its users. */
export const isBudgetOutage = ({ overBudget: { shared } }: Pick<EndpointNow, "overBudget">): boolean =>
  shared !== undefined && shared.share >= OUTAGE_SHARE;

/** That budgets refuse calls of an endpoint. One of all callers hurts everybody; what a tenant, a key or a user has used up is theirs. */
export function budgetSituation(own: EndpointNow, now: number): readonly Situation[] {
  const { endpoint, overBudget, served } = own;
  const { calls, since, shared } = overBudget;
  if (calls === 0) return [];
  const when = since === null ? "" : ` since ${sinceWords(since, now)}`;
  const base = { situation: "budget-exhausted", endpoint, since } as const;
  if (shared === undefined) {
    const sentence = `A budget of one tenant, key or user has no room for their calls of ${endpoint}${when}: ${count(calls, "call")} refused in five minutes.`;
    return [{ ...base, weight: "info", sentence }];
  }
  const [budget] = shared.budgets;
  const what = budget === undefined ? "A budget" : `The budget ${budget.name}`;
  const numbers = `${shared.calls.toLocaleString("en-US")} of ${count(Math.max(served.calls, shared.calls), "call")} in five minutes`;
  if (shared.share === 0) {
    return [
      { ...base, weight: "info", sentence: `${what} has refused calls of ${endpoint}: ${numbers}, none any more.` },
    ];
  }
  const part = shared.share === 1 ? "every call" : `${percent(shared.share)} of the calls`;
  const brief = `${what} refuses ${part} of ${endpoint}${when}.`;
  return [
    {
      ...base,
      weight: shared.share > CRITICAL_SHARE ? "critical" : "warning",
      sentence: [`${brief.slice(0, -1)}: ${numbers}.`, ...(budget === undefined ? [] : [stateOf(budget)])].join(" "),
      brief,
      ...(budget !== undefined && { budget }),
    },
  ];
}

const IN_WINDOW = { hour: " an hour", day: " a day", month: " a month", total: "" } as const;

/** How much it is, and that nothing cheaper stands in any more. */
const stateOf = ({ limitPico, window, atLimit }: BudgetNow): string =>
  `It is ${describeAmount(limitPico)}${IN_WINDOW[window]}${atLimit === "degrade" ? ", and nothing cheaper can answer with what is left" : ""}.`;

/** What a person can do about a budget: it is a part of the project, and nothing here changes it. */
export function raiseBudgetWords({ name, limitPico, window, endsAt }: BudgetNow): {
  readonly effect: string;
  readonly undo: string;
} {
  const amount = `${describeAmount(limitPico)}${IN_WINDOW[window]}`;
  const otherwise =
    endsAt === null
      ? "It never begins again by itself."
      : `Left as it is, it begins again at ${new Date(endsAt).toISOString().slice(0, 16).replace("T", " ")} UTC.`;
  return {
    effect: `Write a higher \`budgets.${name}.amount\` into rollward.yaml (it is ${amount}) and \`rollward apply\`: calls are let in within seconds, and what was spent stays spent. ${otherwise}`,
    undo: "Apply the amount of before.",
  };
}
