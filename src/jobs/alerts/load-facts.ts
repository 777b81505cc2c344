import type { AlertRule } from "../../domain/alerts/alert-rule.ts";
import type { AlertSettings } from "../../domain/alerts/alert-settings.ts";
import { LateClocks } from "../../domain/alerts/late-clocks.ts";
import { GONE_MS, goneSights, mergeSights, SIGHT_MS } from "../../domain/alerts/merge-sights.ts";
import { histogramsOf, isOfCalls } from "../../domain/alerts/read-signal.ts";
import type { RuleFacts } from "../../domain/alerts/rule-facts.ts";
import type { Signal } from "../../domain/alerts/signal.ts";
import type { SeriesHistogram, SeriesTally } from "../../domain/series/series-cell.ts";
import { histogramsFor } from "../../domain/slo/burn.ts";
import { HOUR_MS, hourOf } from "../../domain/spend/spend-book.ts";
import type { SeriesStore, SeriesSum } from "../../ports/series-store.ts";
import type { SightingBoard } from "../../ports/sighting-board.ts";
import { isNamed, tallyBetween } from "./tally-between.ts";
import type { RememberSums } from "./tally-between.ts";

/** What rules are judged by. */
export interface FactTerms {
  readonly environment: string;
  readonly series: Pick<SeriesStore, "query">;
  readonly sightings: Pick<SightingBoard, "between">;
  readonly settings: Pick<AlertSettings, "rules" | "slos">;
  /** Endpoints that are configured. */
  readonly endpoints: readonly string[];
  readonly cache: FactCache;
}

type Tallies = ReadonlyMap<string, SeriesTally>;

/** Servers write what they counted every five seconds: a window that is older is read again, but for its hours that are over. */
const STALE_MS = 5_000;
/** How long those are taken as they were read, ms. */
const HOURS_STALE_MS = 5 * 60_000;
const MOST_PARTS = 200;

/** What was read a moment ago and has not changed since, or not by much. */
export class FactCache {
  readonly clocks = new LateClocks();
  readonly #hours = new Map<string, Tallies>();
  readonly #windows = new Map<string, { readonly at: number; readonly tallies: Tallies }>();
  readonly #parts = new Map<string, { readonly at: number; readonly sums: readonly SeriesSum[] }>();
  #hour = 0;

  /** Tallies of the same hour of another day; forgotten when the hour is over. */
  async sameHour(hour: number, key: string, read: () => Promise<Tallies>): Promise<Tallies> {
    if (hour !== this.#hour) this.#hours.clear();
    this.#hour = hour;
    const known = this.#hours.get(key) ?? (await read());
    this.#hours.set(key, known);
    return known;
  }

  /** Tallies of a window that ends at a time. */
  async window(at: number, key: string, read: () => Promise<Tallies>): Promise<Tallies> {
    const known = this.#windows.get(key);
    if (known !== undefined && at >= known.at && at - known.at < STALE_MS) return known.tallies;
    const tallies = await read();
    this.#windows.set(key, { at, tallies });
    return tallies;
  }

  /** When a window was read that is remembered, epoch ms. */
  readAt(key: string): number | null {
    return this.#windows.get(key)?.at ?? null;
  }

  /** Remembers hours that are over, at a time (epoch ms). */
  hours(at: number): RememberSums {
    return async (key, read) => {
      const known = this.#parts.get(key);
      if (known !== undefined && at >= known.at && at - known.at < HOURS_STALE_MS) return known.sums;
      const sums = await read();
      // A window moves on: what it does not ask for any more goes with all others, before long.
      if (this.#parts.size >= MOST_PARTS) this.#parts.clear();
      this.#parts.set(key, { at, sums });
      return sums;
    };
  }

  /** To be called when other windows are of interest: what rules do not ask for any more is forgotten. */
  keep(keys: ReadonlySet<string>): void {
    for (const key of this.#windows.keys()) if (!keys.has(key)) this.#windows.delete(key);
  }
}

const DAY_MS = 24 * HOUR_MS;
interface Window {
  readonly windowMs: number;
  readonly arm: Signal["arm"];
  readonly histograms: ReadonlySet<SeriesHistogram>;
}

/** Reads everything that the rules of an environment need to be judged at a time, epoch ms. */
export async function loadFacts(terms: FactTerms, at: number): Promise<RuleFacts> {
  const { environment, settings, sightings } = terms;
  const tallies = new Map<string, Tallies>();
  const windows = windowsOf(settings);
  const cacheKeys = new Map([...windows].map(([key, { histograms }]) => [key, `${key} ${[...histograms].join(" ")}`]));
  terms.cache.keep(new Set(cacheKeys.values()));
  for (const [key, window] of windows) {
    tallies.set(key, await terms.cache.window(at, cacheKeys.get(key) ?? key, () => tallyWindow(terms, window, at)));
  }
  const hours = await loadHours(terms, at);
  const needsSights = settings.rules.some(({ signal }) => !isOfCalls(signal.name));
  const read = needsSights ? await sightings.between(environment, at - GONE_MS, at) : [];
  const recent = terms.cache.clocks.corrected(read, at);
  const seen = mergeSights(recent.filter((each) => each.at > at - SIGHT_MS));
  const gone = goneSights(recent, at - SIGHT_MS);
  const slos = new Map(settings.slos.map((slo) => [slo.name, slo]));
  const called = [...tallies.values()].flatMap((byEndpoint) => [...byEndpoint.keys()]);
  return {
    environment,
    at,
    endpoints: [...new Set([...terms.endpoints, ...called])],
    tally: (endpoint, windowMs, arm) => tallies.get(keyOf(windowMs, arm))?.get(endpoint),
    sameHours: (endpoint, days, arm) =>
      (hours.get(arm ?? "") ?? []).slice(0, days).flatMap((byEndpoint) => byEndpoint.get(endpoint) ?? []),
    sights: (signal) => seen.get(signal) ?? null,
    goneSights: (signal) => gone.filter((sight) => sight.signal === signal),
    slo: (name) => slos.get(name),
  };
}

const keyOf = (windowMs: number, arm: Signal["arm"]): string => `${windowMs} ${arm ?? ""}`;

/** The windows that rules look at, each once. */
function windowsOf({ rules, slos }: FactTerms["settings"]): ReadonlyMap<string, Window> {
  const windows = new Map<string, Window>();
  const want = (windowMs: number, arm: Signal["arm"], histograms: readonly SeriesHistogram[]): void => {
    const known = windows.get(keyOf(windowMs, arm))?.histograms ?? [];
    windows.set(keyOf(windowMs, arm), { windowMs, arm, histograms: new Set([...known, ...histograms]) });
  };
  for (const { signal, condition } of rules) {
    if (!isOfCalls(signal.name)) continue;
    const slo = condition.type === "burn" ? slos.find(({ name }) => name === condition.slo) : undefined;
    const histograms = slo === undefined ? histogramsOf(signal) : histogramsFor(slo.indicator);
    want(signal.windowMs, signal.arm, histograms);
    if (condition.type === "burn") want(condition.shortMs, signal.arm, histograms);
  }
  return windows;
}

const tallyWindow = (
  { series, environment, cache }: FactTerms,
  { windowMs, arm, histograms }: Window,
  at: number,
): Promise<ReadonlyMap<string, SeriesTally>> => {
  const where = { environment, ...(arm !== undefined && { arm }) };
  return tallyBetween(series, { from: at - windowMs, to: at, where, histograms: [...histograms] }, cache.hours(at));
};

/** The same hour of previous days, the last one first, by side. */
async function loadHours(
  { series, environment, settings, cache }: FactTerms,
  at: number,
): Promise<ReadonlyMap<string, readonly ReadonlyMap<string, SeriesTally>[]>> {
  const hour = hourOf(at);
  const loaded = new Map<string, ReadonlyMap<string, SeriesTally>[]>();
  for (const { signal, days } of settings.rules.flatMap(baselineOf)) {
    const { arm = "" } = signal;
    const list: ReadonlyMap<string, SeriesTally>[] = [];
    for (let day = 1; day <= days; day += 1) {
      const start = hour - day * DAY_MS;
      const read = (): Promise<ReadonlyMap<string, SeriesTally>> => readHour({ series, environment }, start, arm);
      list.push(await cache.sameHour(hour, `${arm} ${start}`, read));
    }
    if (list.length > (loaded.get(arm)?.length ?? 0)) loaded.set(arm, list);
  }
  return loaded;
}

async function readHour(
  { series, environment }: Pick<FactTerms, "series" | "environment">,
  start: number,
  arm: string,
): Promise<ReadonlyMap<string, SeriesTally>> {
  const { sums } = await series.query({
    span: "hour",
    from: start,
    to: start + HOUR_MS,
    by: ["endpoint"],
    where: { environment, ...(arm !== "" && { arm }) },
    histograms: ["latency", "firstToken"],
    limit: 1_000,
  });
  return new Map(
    sums.flatMap(({ members: { endpoint = "" }, tally }) => (isNamed(endpoint) ? [[endpoint, tally]] : [])),
  );
}

const baselineOf = ({ signal, condition }: AlertRule) =>
  condition.type === "baseline" ? [{ signal, days: condition.days }] : [];
