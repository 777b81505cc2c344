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

const IN_WINDOW = { hour: " this hour", day: " today", month: " this month", total: "" } as const;
const AT_LIMIT = {
  refuse: "; calls that it counts are refused",
  queue: "; calls that it counts wait as long as others hold what is missing, else they are refused",
  degrade: "; calls that it counts go to models that it can pay",
} as const;

/** A budget that has reached a threshold, as a change: the same on whichever server it happened. */
export function changeOfBudget({ environment, at, account, percent, settledPico }: BudgetReached): Change {
  const { id, budget, per, subject, window, limitPico, atLimit } = account;
  const whose = per === "environment" || subject === "" ? "" : ` of ${per} ${subject}`;
  const spent = `${describeAmount(settledPico)} of ${describeAmount(limitPico)}`;
  return {
    id: `budget:${environment}:${id}:${percent}`,
    at,
    kind: "budget",
    weight: percent >= WARNED ? "warning" : "info",
    environment,
    endpoint: per === "endpoint" ? subject : null,
    by: null,
    line: lineOf(
      `The budget ${budget}${whose} has reached ${percent} %: ${spent}${IN_WINDOW[window]}${percent >= FULL ? AT_LIMIT[atLimit] : ""}`,
    ),
    subject: budget,
  };
}

/** Whether a change is that all of a budget is spent, which refuses calls; less of it changes none. */
export const isFullBudget = ({ kind, id }: Pick<Change, "kind" | "id">): boolean =>
  kind === "budget" && id.endsWith(`:${FULL}`);

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
  readonly subject: { readonly type: "endpoint" | "user"; readonly name: string };
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
