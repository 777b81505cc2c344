import type { BudgetAccount } from "../budgets/budget-rule.ts";
import { describeAmount } from "../spend/describe-change.ts";
import { lineOf } from "./change.ts";
import type { Change } from "./change.ts";

/** From this share of a budget on somebody should look, percent. */
const WARNED = 90;
/** All of it: calls are refused, or go to other models. */
const FULL = 100;

/** A budget that has reached a threshold. Times are epoch milliseconds, money pico-dollars. */
export interface BudgetReached {
  readonly environment: string;
  readonly at: number;
  readonly account: Pick<BudgetAccount, "id" | "budget" | "per" | "subject" | "window" | "limitPico" | "atLimit">;
  readonly percent: number;
  readonly settledPico: bigint;
}

const EMPTIED = "emptied";

const IN_WINDOW = { hour: " this hour", day: " today", month: " this month", total: "" } as const;
const AT_LIMIT = {
  refuse: "; calls that it counts are refused",
  queue: "; calls that it counts wait as long as others hold what is missing, else they are refused",
  degrade: "; calls that it counts get what is cheaper as long as that can be paid, then they are refused",
} as const;

/** A budget that has reached a threshold, as a change: the same on whichever server it happened. */
export function changeOfBudget({ environment, at, account, percent, settledPico }: BudgetReached): Change {
  const { id, budget, window, limitPico, atLimit } = account;
  const spent = `${describeAmount(settledPico)} of ${describeAmount(limitPico)}`;
  return {
    id: `budget:${environment}:${id}:${percent}`,
    at,
    kind: "budget",
    weight: percent >= WARNED ? "warning" : "info",
    environment,
    endpoint: endpointOf(account),
    by: null,
    line: lineOf(
      `The budget ${budget}${whoseIs(account)} has reached ${percent} %: ${spent}${IN_WINDOW[window]}${percent >= FULL ? AT_LIMIT[atLimit] : ""}`,
    ),
    subject: budget,
  };
}

/** A budget that lets something cheaper answer has refused a call all the same. */
export interface BudgetEmptied {
  readonly environment: string;
  readonly at: number;
  readonly account: BudgetReached["account"];
}

/** That it refuses calls from then on, as a change: once for its window, whichever server told it. */
export const changeOfEmptied = ({ environment, at, account }: BudgetEmptied): Change => {
  const { id, budget, window, limitPico } = account;
  return {
    id: `budget:${environment}:${id}:${EMPTIED}`,
    at,
    kind: "budget",
    weight: "warning",
    environment,
    endpoint: endpointOf(account),
    by: null,
    line: lineOf(
      `The budget ${budget}${whoseIs(account)} has begun to refuse calls: nothing cheaper can answer with what is left of ${describeAmount(limitPico)}${IN_WINDOW[window]}`,
    ),
    subject: budget,
  };
};

const whoseIs = ({ per, subject }: BudgetReached["account"]): string =>
  per === "environment" || subject === "" ? "" : ` of ${per} ${subject}`;

const endpointOf = ({ per, subject }: BudgetReached["account"]): string | null => (per === "endpoint" ? subject : null);

/** Whether a change is that all of a budget is spent, which refuses calls; less of it changes none. */
export const isFullBudget = ({ kind, id }: Pick<Change, "kind" | "id">): boolean =>
  kind === "budget" && (id.endsWith(`:${FULL}`) || id.endsWith(`:${EMPTIED}`));

/** What dead servers held of a budget, given back by a person. */
export interface BudgetGivenBack {
  readonly environment: string;
  readonly at: number;
  readonly budget: string;
  readonly releasedPico: bigint;
  readonly by: string;
  readonly reason: string;
}

/** That it was given back, as a change. */
export const changeOfRelease = ({ environment, at, budget, releasedPico, by, reason }: BudgetGivenBack): Change => ({
  id: `budget:${environment}:${budget}:given-back:${at}`,
  at,
  kind: "budget",
  weight: "info",
  environment,
  endpoint: null,
  by,
  line: lineOf(
    `${describeAmount(releasedPico)} of the budget ${budget} that dead servers held was given back: ${reason}`,
  ),
  subject: budget,
});

/** An hour that is too dear. Times are epoch milliseconds, money pico-dollars. */
export interface DearHourSeen {
  readonly environment: string;
  readonly at: number;
  readonly subject: { readonly type: "endpoint" | "user" | "tenant"; readonly name: string };
  /** Its beginning. */
  readonly hour: number;
  readonly spentPico: bigint;
  readonly usualPico: bigint;
  readonly why: string;
}

/** That it is too dear, as a change: once for the hour, whichever server told it. */
export const changeOfDearHour = ({ environment, at, subject, hour, ...money }: DearHourSeen): Change => ({
  id: `spend:${environment}:${subject.type}:${subject.name}:${hour}`,
  at,
  kind: "spend",
  weight: "warning",
  environment,
  endpoint: subject.type === "endpoint" ? subject.name : null,
  by: null,
  line: lineOf(`The hour of ${subject.type} ${subject.name} is too dear: ${dearWords(money)}`),
  subject: `${subject.type} ${subject.name}`,
});

/** What an hour has cost beside what is usual, and why, in words. */
export const dearWords = ({
  spentPico,
  usualPico,
  why,
}: Pick<DearHourSeen, "spentPico" | "usualPico" | "why">): string =>
  `${describeAmount(spentPico)} where ${describeAmount(usualPico)} is usual; ${why}`;
