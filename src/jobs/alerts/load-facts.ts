import type { AlertRule } from "../../domain/alerts/alert-rule.ts";
import type { AlertSettings } from "../../domain/alerts/alert-settings.ts";
import { GONE_MS, goneSights, mergeSights, SIGHT_MS } from "../../domain/alerts/merge-sights.ts";
import { histogramsOf, isOfCalls } from "../../domain/alerts/read-signal.ts";
import type { RuleFacts } from "../../domain/alerts/rule-facts.ts";
import type { Signal } from "../../domain/alerts/signal.ts";
import type { SeriesHistogram, SeriesTally } from "../../domain/series/series-cell.ts";
import { histogramsFor } from "../../domain/slo/burn.ts";
import { HOUR_MS, hourOf } from "../../domain/spend/spend-book.ts";
import type { SeriesStore } from "../../ports/series-store.ts";
import type { SightingBoard } from "../../ports/sighting-board.ts";
import { isNamed, tallyBetween } from "./tally-between.ts";

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

/** A window is read again after this part of its length: what is missing of it meanwhile is less than one in a hundred. */
const STALE_PART = 120;
/** And no later than this, ms. */
const LONGEST_STALE_MS = 5 * 60_000;

/** What was read a moment ago and has not changed since, or not by much. */
export class FactCache {
  readonly #hours = new Map<string, Tallies>();
  readonly #windows = new Map<string, { readonly at: number; readonly tallies: Tallies }>();
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
  async window(
    at: number,
    { key, windowMs }: { readonly key: string; readonly windowMs: number },
    read: () => Promise<Tallies>,
  ): Promise<Tallies> {
    const known = this.#windows.get(key);
    if (known !== undefined && at >= known.at && at - known.at < Math.min(windowMs / STALE_PART, LONGEST_STALE_MS))
      return known.tallies;
    const tallies = await read();
    this.#windows.set(key, { at, tallies });
    return tallies;
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
    const place = { key: cacheKeys.get(key) ?? key, windowMs: window.windowMs };
    tallies.set(key, await terms.cache.window(at, place, () => tallyWindow(terms, window, at)));
  }
  const hours = await loadHours(terms, at);
  const needsSights = settings.rules.some(({ signal }) => !isOfCalls(signal.name));
  const recent = needsSights ? await sightings.between(environment, at - GONE_MS, at) : [];
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
  { series, environment }: FactTerms,
  { windowMs, arm, histograms }: Window,
  at: number,
): Promise<ReadonlyMap<string, SeriesTally>> =>
  tallyBetween(series, {
    from: at - windowMs,
    to: at,
    where: { environment, ...(arm !== undefined && { arm }) },
    histograms: [...histograms],
  });

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
