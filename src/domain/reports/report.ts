import { countOf, quantileOf } from "../series/histogram.ts";
import type { SeriesTally } from "../series/series-cell.ts";
import { addTally, openTally } from "../series/tally.ts";
import type { Period } from "./period.ts";

/** A number with what it was in the period before; `null` is no data, never 0. */
export interface Compared {
  readonly now: number | null;
  readonly before: number | null;
}

/** What calls came to. Shares are in [0, 1], times in ms, money in pico-dollars. */
export interface CallFigures {
  readonly calls: Compared;
  readonly availability: Compared;
  readonly firstTokenP95: Compared;
  readonly latencyP95: Compared;
  readonly fallbackShare: Compared;
  readonly cacheShare: Compared;
  readonly costPico: Compared;
  readonly quality: Compared;
  readonly thumbsUpShare: Compared;
  readonly problems: Compared;
}

/** A rollout that ended in the period. */
export interface ReportedRollout {
  readonly candidate: string;
  readonly endpoint: string;
  readonly outcome: string;
  readonly endedAt: number;
}

/** An incident that began in the period. */
export interface ReportedIncident {
  readonly id: string;
  readonly title: string;
  readonly impact: string;
  readonly startedAt: number;
  /** `null` while it lasts. */
  readonly lastedMs: number | null;
}

/** An account of a budget. */
export interface ReportedBudget {
  readonly budget: string;
  readonly subject: string;
  readonly limitPico: bigint;
  readonly spentPico: bigint;
  readonly endsAt: number | null;
}

/** Everything that a report says. */
export interface Report {
  readonly environment: string;
  readonly period: Period;
  readonly before: Period;
  /** Whether the period was not over when it was made. */
  readonly isPartial: boolean;
  readonly whole: CallFigures;
  /** The dearest first. */
  readonly endpoints: readonly { readonly endpoint: string; readonly figures: CallFigures }[];
  /** Cost by model, the dearest first. */
  readonly models: readonly { readonly model: string; readonly costPico: Compared; readonly calls: Compared }[];
  readonly errors: readonly { readonly code: string; readonly calls: number }[];
  readonly rollouts: readonly ReportedRollout[];
  readonly incidents: readonly ReportedIncident[];
  readonly alerts: Compared;
  readonly budgets: readonly ReportedBudget[];
}

/** Calls of one endpoint, tier and model in one of the two periods. */
export interface ReportCell {
  readonly endpoint: string;
  readonly tier: string;
  readonly model: string;
  readonly tally: SeriesTally;
}

/** What a report is made from. */
export interface ReportTerms extends Pick<
  Report,
  "environment" | "period" | "before" | "rollouts" | "incidents" | "alerts" | "budgets"
> {
  readonly cells: { readonly now: readonly ReportCell[]; readonly before: readonly ReportCell[] };
  /** Epoch milliseconds. */
  readonly at: number;
}

const MOST_ENDPOINTS = 50;
const MOST_MODELS = 20;
const MOST_ERRORS = 10;

/** Makes a report: each number beside that of the period before. */
export function makeReport({ cells, at, ...terms }: ReportTerms): Report {
  const names = [...new Set([...cells.now, ...cells.before].map(({ endpoint }) => endpoint))];
  const endpoints = names.map((endpoint) => ({
    endpoint: endpoint === "" ? "(direct calls)" : endpoint,
    figures: compare(
      cells.now.filter((cell) => cell.endpoint === endpoint),
      cells.before.filter((cell) => cell.endpoint === endpoint),
    ),
  }));
  const { errors } = summed(cells.now);
  return {
    ...terms,
    isPartial: at < terms.period.to,
    whole: compare(cells.now, cells.before),
    endpoints: endpoints.toSorted((one, other) => costOf(other.figures) - costOf(one.figures)).slice(0, MOST_ENDPOINTS),
    models: modelsOf(cells).slice(0, MOST_MODELS),
    errors: Object.entries(errors)
      .map(([code, calls]) => ({ code, calls }))
      .toSorted((one, other) => other.calls - one.calls || (one.code < other.code ? -1 : 1))
      .slice(0, MOST_ERRORS),
  };
}

const costOf = ({ costPico, calls }: CallFigures): number => (costPico.now ?? 0) + (calls.now ?? 0) / 1e9;

function compare(now: readonly ReportCell[], before: readonly ReportCell[]): CallFigures {
  const [one, other] = [readingOf(now), readingOf(before)];
  const names = Object.keys(one) as (keyof CallFigures)[];
  return Object.fromEntries(
    names.map((name) => [name, { now: one[name], before: other[name] }]),
  ) as unknown as CallFigures;
}

function readingOf(cells: readonly ReportCell[]): Readonly<Record<keyof CallFigures, number | null>> {
  const whole = summed(cells);
  const { calls, faults, costPico, judged, scores, thumbsUp, thumbsDown, problems } = whole;
  const best = judged.count > 0 ? judged : scores;
  const share = (of: number): number | null => (calls === 0 ? null : of / calls);
  const tiers = (begin: string): number =>
    cells.reduce((sum, { tier, tally }) => sum + (tier.startsWith(begin) ? tally.calls : 0), 0);
  return {
    calls,
    availability: share(calls - faults),
    firstTokenP95: countOf(whole.firstToken) === 0 ? null : (quantileOf(whole.firstToken, 0.95)?.ms ?? null),
    latencyP95: countOf(whole.latency) === 0 ? null : (quantileOf(whole.latency, 0.95)?.ms ?? null),
    fallbackShare: share(tiers("fallback:")),
    cacheShare: share(tiers("cache:")),
    costPico: calls === 0 ? null : Number(costPico),
    quality: best.count === 0 ? null : best.sumMicro / best.count / 1_000_000,
    thumbsUpShare: thumbsUp + thumbsDown === 0 ? null : thumbsUp / (thumbsUp + thumbsDown),
    problems,
  };
}

function summed(cells: readonly ReportCell[]): SeriesTally {
  const whole = openTally();
  for (const { tally } of cells) addTally(whole, tally);
  return whole;
}

function modelsOf({ now, before }: ReportTerms["cells"]): Report["models"] {
  const names = [...new Set([...now, ...before].map(({ model }) => model))].filter((model) => model !== "");
  const read = (cells: readonly ReportCell[], model: string) => {
    const own = cells.filter((cell) => cell.model === model);
    const sum = summed(own);
    return own.length === 0 ? { calls: null, costPico: null } : { calls: sum.calls, costPico: Number(sum.costPico) };
  };
  return names
    .map((model) => {
      const [one, other] = [read(now, model), read(before, model)];
      return {
        model,
        costPico: { now: one.costPico, before: other.costPico },
        calls: { now: one.calls, before: other.calls },
      };
    })
    .toSorted(
      (one, other) => (other.costPico.now ?? 0) - (one.costPico.now ?? 0) || (one.model < other.model ? -1 : 1),
    );
}
