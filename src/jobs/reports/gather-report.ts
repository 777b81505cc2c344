import { periodBefore } from "../../domain/reports/period.ts";
import type { Period } from "../../domain/reports/period.ts";
import { makeReport } from "../../domain/reports/report.ts";
import type {
  Report,
  ReportCell,
  ReportedBudget,
  ReportedIncident,
  ReportedRollout,
} from "../../domain/reports/report.ts";
import { isTerminal } from "../../domain/rollout/rollout.ts";
import type { AlertStore } from "../../ports/alert-store.ts";
import type { BudgetBank } from "../../ports/budget-bank.ts";
import type { Clock } from "../../ports/clock.ts";
import type { IncidentStore } from "../../ports/incident-store.ts";
import type { RolloutStore } from "../../ports/rollout-store.ts";
import type { SeriesStore } from "../../ports/series-store.ts";

/** What reports are made from. */
export interface ReportSources {
  readonly series: Pick<SeriesStore, "query">;
  readonly rollouts: Pick<RolloutStore, "list">;
  readonly incidents: Pick<IncidentStore, "list">;
  readonly alerts: Pick<AlertStore, "transitions">;
  readonly budgetsOf: (environment: string) => Pick<BudgetBank, "list">;
  readonly replicaId: string;
  readonly nameOfRelease: (id: string) => Promise<string>;
  readonly clock: Clock;
}

const MOST_CELLS = 5_000;
const MOST_ROLLOUTS = 1_000;
const MOST_INCIDENTS = 500;
const MOST_BUDGETS = 20;
const PAGE = 1_000;
/** Pages of alerts that are counted: beyond it the number is what was counted. */
const MOST_PAGES = 20;

/** The report of an environment for a week or a month. */
export async function gatherReport(sources: ReportSources, environment: string, period: Period): Promise<Report> {
  const before = periodBefore(period);
  const [now, then, rollouts, incidents, fired, budgets] = await Promise.all([
    cellsIn(sources, environment, period),
    cellsIn(sources, environment, before),
    rolloutsIn(sources, environment, period),
    incidentsIn(sources, environment, period),
    alertsIn(sources, environment, { period, before }),
    budgetsIn(sources, environment, period),
  ]);
  return makeReport({
    environment,
    period,
    before,
    cells: { now, before: then },
    rollouts,
    incidents,
    alerts: fired,
    budgets,
    at: sources.clock.now(),
  });
}

async function cellsIn(
  { series }: ReportSources,
  environment: string,
  { from, to }: Period,
): Promise<readonly ReportCell[]> {
  const { sums } = await series.query({
    span: "hour",
    from,
    to,
    by: ["endpoint", "tier", "model"],
    where: { environment },
    histograms: ["latency", "firstToken"],
    limit: MOST_CELLS,
  });
  return sums.map(({ members: { endpoint = "", tier = "", model = "" }, tally }) => ({ endpoint, tier, model, tally }));
}

async function rolloutsIn(
  { rollouts, nameOfRelease }: ReportSources,
  environment: string,
  { from, to }: Period,
): Promise<readonly ReportedRollout[]> {
  const ended = (await rollouts.list({ environment, limit: MOST_ROLLOUTS })).filter(
    ({ phase, endedAt }) => isTerminal(phase) && endedAt !== null && endedAt >= from && endedAt < to,
  );
  const told = await Promise.all(
    ended.map(async ({ candidate, channel, outcome, endedAt, phase }) => ({
      candidate: await nameOfRelease(candidate),
      endpoint: channel.endpoint,
      outcome: outcome ?? phase,
      endedAt: endedAt ?? from,
    })),
  );
  return told.toSorted((one, other) => one.endedAt - other.endedAt);
}

async function incidentsIn(
  { incidents }: ReportSources,
  environment: string,
  { from, to }: Period,
): Promise<readonly ReportedIncident[]> {
  const found = await incidents.list({ environment, since: from, limit: MOST_INCIDENTS });
  return found
    .filter(({ startedAt, mergedInto }) => startedAt >= from && startedAt < to && mergedInto === null)
    .map(({ id, title, impact, startedAt, resolvedAt }) => ({
      id,
      title,
      impact,
      startedAt,
      lastedMs: resolvedAt === null ? null : resolvedAt - startedAt,
    }))
    .toSorted((one, other) => one.startedAt - other.startedAt);
}

/** How many alerts began to fire in each of the two. */
async function alertsIn(
  { alerts }: ReportSources,
  environment: string,
  { period, before }: { readonly period: Period; readonly before: Period },
): Promise<Report["alerts"]> {
  let [now, then, since] = [0, 0, 0];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const transitions = await alerts.transitions({ since, environment, limit: PAGE });
    for (const { to, at } of transitions) {
      if (to !== "firing") continue;
      if (at >= period.from && at < period.to) now += 1;
      else if (at >= before.from && at < before.to) then += 1;
    }
    since = transitions.at(-1)?.seq ?? since;
    if (transitions.length < PAGE) break;
  }
  return { now, before: then };
}

/** Budgets whose windows ended in the period, or are under way: the most used first. */
async function budgetsIn(
  { budgetsOf, replicaId }: ReportSources,
  environment: string,
  { from, to }: Period,
): Promise<readonly ReportedBudget[]> {
  const accounts = await budgetsOf(environment).list(from, PAGE, replicaId);
  return accounts
    .filter(({ endsAt, settledPico }) => settledPico > 0n && (endsAt === null || endsAt - to < MONTH_MS))
    .toSorted((one, other) => shareOf(other) - shareOf(one))
    .slice(0, MOST_BUDGETS)
    .map(({ budget, subject, limitPico, settledPico, endsAt }) => ({
      budget,
      subject,
      limitPico,
      spentPico: settledPico,
      endsAt,
    }));
}

const MONTH_MS = 31 * 86_400_000;

const shareOf = ({ settledPico, limitPico }: { readonly settledPico: bigint; readonly limitPico: bigint }): number =>
  limitPico === 0n ? 0 : Number(settledPico) / Number(limitPico);
