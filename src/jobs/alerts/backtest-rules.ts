import type { Alert } from "../../domain/alerts/alert.ts";
import type { AlertRule } from "../../domain/alerts/alert-rule.ts";
import type { AlertSettings } from "../../domain/alerts/alert-settings.ts";
import { isOfCalls } from "../../domain/alerts/read-signal.ts";
import { HOUR_MS } from "../../domain/spend/spend-book.ts";
import { evaluateRules } from "./evaluate-rules.ts";
import { PastFacts } from "./past-facts.ts";
import { endpointsIn, FINE_MS, histogramsIn, leadOf, readPast } from "./read-past.ts";
import type { PastSource, PastStretch } from "./read-past.ts";

/** What a backtest stands on. */
export interface RuleBacktestTerms extends PastSource {
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
  /** Whether there was more than is looked at or told: endpoints, cells, or episodes of a rule. */
  readonly isCut: boolean;
}

const DAY_MS = 24 * HOUR_MS;
/** Minutes are kept for two days; the last hour of that may be gone. */
const FINE_DAYS = 1;
/** Episodes that are told of one rule. */
const MOST_EPISODES = 200;
/** Times that are looked at before others' calls have their turn: some milliseconds. */
const TIMES_AT_ONCE = 16;

/**
 * Runs rules over the stored numbers of calls, by the same rules of states as now. Up to a day back every five minutes, with
 * a longer past every hour: a rule then looks at whole hours, and its peaks within an hour are not seen. One endpoint after the other, so that
 * the numbers of one are in memory.
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
  const stretch = { since: until - days * DAY_MS, until, stepMs, leadMs: leadOf(rules) };
  const known = await endpointsIn(terms, stretch, terms.endpoints);
  const found: Found = { episodes: new Map(rules.map((rule) => [rule.name, []])), isCut: known.isCut };
  for (const endpoint of known.endpoints) await lookAt(terms, stretch, { endpoint, rules, found });
  return {
    since: stretch.since,
    until,
    stepMs,
    notKnown: chosen.filter(({ signal }) => !isOfCalls(signal.name)).map((rule) => rule.name),
    rules: rules.map((rule) => ({
      rule,
      episodes: (found.episodes.get(rule.name) ?? []).toSorted((one, other) => one.from - other.from),
    })),
    isCut: found.isCut,
  };
}

interface Found {
  readonly episodes: ReadonlyMap<string, PastEpisode[]>;
  isCut: boolean;
}

interface Look {
  readonly endpoint: string;
  readonly rules: readonly AlertRule[];
  readonly found: Found;
}

async function lookAt(terms: RuleBacktestTerms, stretch: PastStretch, { endpoint, rules, found }: Look): Promise<void> {
  const { environment, settings } = terms;
  const own = rules
    .filter(({ endpoints }) => endpoints === null || endpoints.includes(endpoint))
    .map((rule) => ({ ...rule, endpoints: [endpoint] }));
  if (own.length === 0) return;
  const past = await readPast(terms, stretch, { endpoint, histograms: histogramsIn(own, settings) });
  found.isCut ||= past.isCut;
  const { since, until, stepMs } = stretch;
  const facts = new PastFacts({ environment, endpoint, settings, stepMs }, past.cells);
  const states = new Map<string, Alert>();
  for (let at = since + stepMs, times = 1; at <= until; at += stepMs, times += 1) {
    for (const { alert, at: when } of evaluateRules(own, facts.at(at), states)) {
      states.set(alert.fingerprint, alert);
      note(found, alert, when);
    }
    if (times % TIMES_AT_ONCE === 0) await new Promise(setImmediate);
  }
}

function note(found: Found, { rule, status, endpoint, startedAt, summary }: Alert, at: number): void {
  const episodes = found.episodes.get(rule) ?? [];
  if (status === "firing" && episodes.length < MOST_EPISODES) {
    episodes.push({ endpoint, from: startedAt ?? at, until: null, summary });
  } else if (status === "firing") {
    found.isCut = true;
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
