import type { Sight } from "../../domain/alerts/sighting.ts";
import { accountOf } from "../../domain/budgets/budget-rule.ts";
import type { BudgetRule } from "../../domain/budgets/budget-rule.ts";
import { describeAmount, describeChange } from "../../domain/spend/describe-change.ts";
import { medianWords } from "../../domain/spend/median-words.ts";
import { HOUR_MS, hourOf } from "../../domain/spend/spend-book.ts";
import type { BudgetBank } from "../../ports/budget-bank.ts";
import type { SpendStore } from "../../ports/spend-store.ts";
import { BudgetForecasts, spendSubjectOf } from "../budget-forecasts.ts";
import type { ForecastAccount } from "../budget-forecasts.ts";
import { explainDay } from "../explain-spend.ts";
import type { ExplainedDay } from "../explain-spend.ts";
import { seldom } from "./seldom.ts";
import type { Look } from "./seldom.ts";

/** What the budgets of one environment are forecast from. */
export interface OutlookTerms {
  readonly environment: () => string;
  readonly replicaId: string;
  readonly rules: () => readonly BudgetRule[];
  readonly bank: Pick<BudgetBank, "list">;
  readonly spend: SpendStore;
}

/** A forecast rests on weeks of hours: this often is soon enough, ms. */
const EVERY_MS = 5 * 60_000;
/** A forecast is made of so many days. */
const DAYS_MS = 28 * 24 * HOUR_MS;
/** Endpoints or keys of one budget: the dearest. */
const MOST_SUBJECTS = 20;
const MOST_ACCOUNTS = 10_000;
/** From this share on `budget-nearly-spent` tells, and a forecast is no news. */
const NEARLY_SPENT = 0.9;

interface Account extends ForecastAccount {
  readonly rule: BudgetRule;
}

/** Sights what budgets of a day or month are forecast to come to, looking every five minutes. `at` is epoch ms. */
export const createBudgetOutlook = (terms: OutlookTerms): Look => seldom(EVERY_MS, (at) => outlookAt(terms, at));

async function outlookAt(terms: OutlookTerms, at: number): Promise<readonly Sight[]> {
  const { environment: nameOf, spend } = terms;
  const accounts = await accountsAt(terms, at);
  const forecasts = new BudgetForecasts({ now: () => at });
  const expected = new Map<Account, bigint | null>();
  // Each rule has a list of its own: the endpoints of one must not use up the forecasts of the next.
  for (const own of Map.groupBy(accounts, ({ rule }) => rule).values()) {
    const comes = await forecasts.of({ environment: nameOf(), spend }, own);
    for (const [index, account] of own.entries()) expected.set(account, comes[index] ?? null);
  }
  const days = new Map<string, ExplainedDay | null>();
  const sights: Sight[] = [];
  for (const [account, comes] of expected) {
    const about = spendSubjectOf(account.rule, account.subject);
    if (comes === null || about === null) continue;
    const key = JSON.stringify(about);
    if (!days.has(key)) days.set(key, await explainDay(spend, about, at));
    sights.push(sightOf(account, comes, days.get(key) ?? null));
  }
  return sights;
}

function sightOf({ rule, subject, spentPico }: Account, comes: bigint, day: ExplainedDay | null): Sight {
  const { name: budget, limitPico, window } = rule;
  const told = `${describeAmount(comes)} of ${describeAmount(limitPico)} ${window === "day" ? "today" : "this month"}`;
  const why =
    day === null
      ? ""
      : `; the last 24 hours ${describeChange(day.change, `those until ${medianWords(day.endedAt, day.days)}`)}`;
  return {
    signal: "budget-forecast",
    subject: { budget, account: subject },
    value: Number(comes) / Number(limitPico),
    note: `${told}${why}`.slice(0, 300),
    ...(Number(spentPico) > NEARLY_SPENT * Number(limitPico) && { onlyLasts: true }),
  };
}

/** Budgets with a forecast, with what was spent in the window under way: nothing where it has begun a moment ago. */
async function accountsAt({ rules, bank, spend, environment, replicaId }: OutlookTerms, at: number) {
  const forecast = rules().filter(
    ({ window, limitPico }) => (window === "day" || window === "month") && limitPico > 0n,
  );
  if (forecast.length === 0) return [];
  const listed = await bank.list(at, MOST_ACCOUNTS, replicaId);
  const spent = new Map(listed.map(({ account, settledPico }) => [account, settledPico]));
  const accounts: Account[] = [];
  for (const rule of forecast) {
    const subjects = rule.per === "environment" ? [environment()] : await subjectsOf(spend, rule, at);
    for (const subject of subjects) {
      accounts.push({ rule, subject, spentPico: spent.get(accountOf(rule, subject, at).id) ?? 0n });
    }
  }
  return accounts;
}

/** Endpoints or keys that a budget counts each for itself. */
async function subjectsOf(spend: SpendStore, { per, only }: BudgetRule, at: number): Promise<readonly string[]> {
  if (per !== "endpoint" && per !== "key") return [];
  const about = spendSubjectOf({ per: "environment", only }, "");
  if (about === null) return [];
  const stretch = { since: hourOf(at) - DAYS_MS, until: hourOf(at) + HOUR_MS };
  const sums = await spend.sum({ ...stretch, ...about, by: [per], limit: MOST_SUBJECTS });
  return sums.flatMap((sum) => sum[per] || []);
}
