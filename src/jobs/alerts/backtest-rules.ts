import type { Alert } from "../../domain/alerts/alert.ts";
import type { AlertRule } from "../../domain/alerts/alert-rule.ts";
import type { AlertSettings } from "../../domain/alerts/alert-settings.ts";
import { histogramsOf, isOfCalls } from "../../domain/alerts/read-signal.ts";
import { OTHER } from "../../domain/series/series-cell.ts";
import type { SeriesHistogram, SeriesTally } from "../../domain/series/series-cell.ts";
import { histogramsFor } from "../../domain/slo/burn.ts";
import type { SeriesStore } from "../../ports/series-store.ts";
import { evaluateRules } from "./evaluate-rules.ts";
import { PastFacts } from "./past-facts.ts";
import type { PastCell } from "./past-facts.ts";

/** What a backtest stands on. */
export interface RuleBacktestTerms {
  readonly environment: string;
  readonly series: Pick<SeriesStore, "query">;
  readonly settings: Pick<AlertSettings, "rules" | "slos">;
  readonly endpoints: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Which rules, how far back, and with which bound. */
export interface RuleBacktestQuery {
  /** Absent is all about calls. */
  readonly rule?: string;
  readonly days: number;
  /** In place of the rule's own. */
  readonly bound?: number;
}

/** One time that a rule would have fired. */
export interface PastEpisode {
  readonly endpoint: string | null;
  readonly from: number;
  /** `null`: it fires still. */
  readonly until: number | null;
  readonly summary: string;
}

/** When rules would have fired. */
export interface RuleBacktest {
  readonly since: number;
  readonly until: number;
  readonly stepMs: number;
  /** Rules about what is not kept. */
  readonly notKnown: readonly string[];
  readonly rules: readonly { readonly rule: AlertRule; readonly episodes: readonly PastEpisode[] }[];
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** How often the past is looked at where minutes are kept, ms. */
const FINE_MS = 5 * MINUTE_MS;
/** Minutes are kept for two days; the last hour of that may be gone. */
const FINE_DAYS = 1;
/** Cells that are read at once, and episodes that are told of one rule. */
const MOST_CELLS = 20_000;
const MOST_EPISODES = 200;
/** Days before the first that baselines and long windows look at. */
const LEAD_DAYS = 28;

/**
 * Runs rules over the stored numbers of calls, by the same rules of states as now. Up to a day back every five minutes, with
 * a longer past every hour: a rule then looks at whole hours, and its peaks within an hour are not seen.
 */
export async function backtestRules(
  terms: RuleBacktestTerms,
  { rule: name, days, bound }: RuleBacktestQuery,
): Promise<RuleBacktest> {
  const { settings, now } = terms;
  const chosen = settings.rules.filter((rule) => rule.name === (name ?? rule.name)).map((rule) => boundTo(rule, bound));
  const stepMs = days <= FINE_DAYS ? FINE_MS : HOUR_MS;
  const rules = chosen.filter(({ signal }) => isOfCalls(signal.name)).map((rule) => widened(rule, stepMs));
  const until = Math.floor(now / stepMs) * stepMs;
  const since = until - days * DAY_MS;
  const facts = new PastFacts({ ...terms, stepMs }, await readCells(terms, { rules, since, until, stepMs }));
  const found = new Map<string, PastEpisode[]>(rules.map((rule) => [rule.name, []]));
  const states = new Map<string, Alert>();
  for (let at = since + stepMs; at <= until; at += stepMs) {
    for (const { alert, at: when } of evaluateRules(rules, facts.at(at), states)) {
      states.set(alert.fingerprint, alert);
      note(found.get(alert.rule) ?? [], alert, when);
    }
    // Others' calls come first.
    await new Promise(setImmediate);
  }
  return {
    since,
    until,
    stepMs,
    notKnown: chosen.filter(({ signal }) => !isOfCalls(signal.name)).map((rule) => rule.name),
    rules: rules.map((rule) => ({ rule, episodes: found.get(rule.name) ?? [] })),
  };
}

function note(episodes: PastEpisode[], { status, endpoint, startedAt, summary }: Alert, at: number): void {
  if (status === "firing" && episodes.length < MOST_EPISODES) {
    episodes.push({ endpoint, from: startedAt ?? at, until: null, summary });
  }
  if (status !== "resolved") return;
  const open = episodes.findLastIndex((each) => each.endpoint === endpoint && each.until === null);
  const episode = episodes[open];
  if (episode !== undefined) episodes[open] = { ...episode, until: at };
}

const boundTo = (rule: AlertRule, bound: number | undefined): AlertRule =>
  bound === undefined || rule.condition.type !== "threshold"
    ? rule
    : { ...rule, condition: { ...rule.condition, bound } };

/**
 * A rule whose windows are no shorter than what is known of the past. What held on average for a whole step has held for any
 * shorter time that the rule waits.
 */
const widened = (rule: AlertRule, stepMs: number): AlertRule => ({
  ...rule,
  forMs: rule.forMs <= stepMs ? 0 : rule.forMs,
  signal: { ...rule.signal, windowMs: Math.max(rule.signal.windowMs, stepMs) },
  condition:
    rule.condition.type === "burn"
      ? { ...rule.condition, shortMs: Math.max(rule.condition.shortMs, stepMs) }
      : rule.condition,
});

interface CellQuery {
  readonly rules: readonly AlertRule[];
  readonly since: number;
  readonly until: number;
  readonly stepMs: number;
}

async function readCells(
  { series, environment, settings }: RuleBacktestTerms,
  { rules, since, until, stepMs }: CellQuery,
): Promise<readonly PastCell[]> {
  const histograms = new Set<SeriesHistogram>();
  for (const { signal, condition } of rules) {
    const slo = condition.type === "burn" ? settings.slos.find(({ name }) => name === condition.slo) : undefined;
    for (const each of slo === undefined ? histogramsOf(signal) : histogramsFor(slo.indicator)) histograms.add(each);
  }
  const fineFrom = stepMs === HOUR_MS ? until : since - HOUR_MS;
  const cells: PastCell[] = [];
  const stretches = [
    { span: "hour", from: since - LEAD_DAYS * DAY_MS, to: fineFrom, stepMs: HOUR_MS, pageMs: DAY_MS },
    { span: "minute", from: fineFrom, to: until, stepMs: FINE_MS, pageMs: 6 * HOUR_MS },
  ] as const;
  for (const { span, from, to, stepMs: step, pageMs } of stretches) {
    for (let start = from; start < to; start += pageMs) {
      const { sums } = await series.query({
        span,
        from: start,
        to: Math.min(to, start + pageMs),
        stepMs: step,
        by: ["endpoint", "arm"],
        where: { environment },
        histograms: [...histograms],
        limit: MOST_CELLS,
      });
      for (const { start: at = start, members, tally } of sums)
        cells.push(...cellOf({ at, lengthMs: step, ...members }, tally));
    }
  }
  return cells;
}

const cellOf = (
  {
    at,
    lengthMs,
    endpoint = "",
    arm = "",
  }: { readonly at: number; readonly lengthMs: number; readonly endpoint?: string; readonly arm?: string },
  tally: SeriesTally,
): readonly PastCell[] => (endpoint === "" || endpoint === OTHER ? [] : [{ at, lengthMs, endpoint, arm, tally }]);
