import type { UsualErrors } from "../../domain/now/assess-errors.ts";
import type { TalliedTime } from "../../domain/now/figures-of.ts";
import type { TalliedMinute } from "../../domain/now/minutes-of.ts";
import { SPAN_MS } from "../../domain/series/series-cell.ts";
import type { SeriesTally } from "../../domain/series/series-cell.ts";
import { addTally, openTally } from "../../domain/series/tally.ts";
import type { SeriesQuery, SeriesStore, SeriesSum } from "../../ports/series-store.ts";

/** What is usual, for an environment or an endpoint. */
export interface Usual {
  readonly time: TalliedTime;
  /** What it is made of, in words. */
  readonly what: string;
  /** Calls and faults of each endpoint in the day before the hour that is looked at. */
  readonly errors: ReadonlyMap<string, UsualErrors>;
}

/** An environment, or one endpoint of it. */
export interface SeriesPlace {
  readonly environment: string;
  readonly endpoint?: string;
}

/** What an endpoint's calls came to in one minute, without times. */
export interface FullMinute extends TalliedMinute {
  readonly tally: SeriesTally;
}

/** What happened lately. */
export interface Recent {
  /** The last hour by the minute of every endpoint. */
  readonly minutes: readonly FullMinute[];
  /** The last five minutes by endpoint, release, model and tier. */
  readonly parts: readonly SeriesSum[];
  /** The newest minutes, more of them where there are few calls. */
  readonly newest: TalliedTime;
  /** The last hour, without times. */
  readonly hour: TalliedTime;
}

const MINUTE_MS = SPAN_MS.minute;
const HOUR_MS = SPAN_MS.hour;
const DAY_MS = 24 * HOUR_MS;
/** Days before that the same hour is compared with. */
const DAYS = 7;
/** With fewer calls in the same hours all hours are taken. */
const LEAST_USUAL = 200;
/** What is usual changes slowly, ms. */
const KEPT_MS = 10 * MINUTE_MS;
/** Most sums that are read at once: an hour of minutes of two hundred endpoints. */
const MOST_SUMS = 12_000;
/** Replicas write what they counted every few seconds: minutes before these change no more. */
const SETTLED_MS = 3 * MINUTE_MS;

/** The newest minutes that figures are made of: more where there are few calls. */
const PARTS_MS = 5 * MINUTE_MS;
const WIDER = [15 * MINUTE_MS, HOUR_MS] as const;
const LEAST_RECENT = 20;

/** Minutes of one environment as they were read last. */
interface Window {
  readonly minutes: readonly FullMinute[];
  readonly to: number;
}

/**
 * Reads what calls came to, for whoever looks at this moment. Minutes that are over are read once, and what is usual is
 * read anew every ten minutes behind those who look, so that a look costs a few hundred cells however many there are.
 */
export class SeriesReader {
  readonly #series: Pick<SeriesStore, "query">;
  readonly #windows = new Map<string, Window>();
  readonly #usual = new Map<string, { readonly at: number; readonly usual: Promise<Usual> }>();

  constructor(series: Pick<SeriesStore, "query">) {
    this.#series = series;
  }

  /** What happened until `now`, epoch milliseconds. */
  async recent(place: SeriesPlace, now: number): Promise<Recent> {
    const [minutes, parts] = await Promise.all([this.#minutes(place.environment, now), this.#parts(place, now)]);
    const own = minutes.filter(({ endpoint }) => place.endpoint === undefined || endpoint === place.endpoint);
    const newest = await this.#newest(place, { now, parts, own });
    const hour = own.length === 0 ? null : summed(own);
    return { minutes, parts, newest, hour: { tally: hour, windowMs: HOUR_MS } };
  }

  /** The same hour of the day on the seven days before; where those had few calls all their hours. */
  async usual(place: SeriesPlace, now: number): Promise<Usual> {
    const key = `${place.environment} ${place.endpoint ?? ""}`;
    const known = this.#usual.get(key);
    if (known !== undefined && now - known.at < KEPT_MS && now >= known.at) return known.usual;
    if (this.#usual.size > 500) this.#usual.clear();
    const usual = this.#readUsual(place, now);
    this.#usual.set(key, { at: now, usual: known === undefined ? usual : known.usual });
    const settle = (kept: Promise<Usual>): unknown => this.#usual.set(key, { at: now, usual: kept });
    // Who looks meanwhile is told what was usual ten minutes ago; what failed is tried again by the next one.
    void usual.then(
      () => settle(usual),
      () => this.#usual.delete(key),
    );
    return known === undefined ? usual : known.usual;
  }

  /** What an environment's calls came to by the minute since a time within the last hour. */
  async since(environment: string, since: number, now: number): Promise<readonly FullMinute[] | null> {
    if (now - since > HOUR_MS - MINUTE_MS) return null;
    const from = Math.floor(since / MINUTE_MS) * MINUTE_MS;
    return (await this.#minutes(environment, now)).filter(({ start }) => start >= from);
  }

  async #minutes(environment: string, now: number): Promise<readonly FullMinute[]> {
    const { from: oldest, to } = lastMinutes(now, HOUR_MS);
    const known = this.#windows.get(environment);
    const isKnown = known !== undefined && known.to <= to && known.to > oldest;
    const from = isKnown ? Math.max(oldest, known.to - SETTLED_MS) : oldest;
    const { sums } = await this.#series.query({
      span: "minute",
      from,
      to,
      stepMs: MINUTE_MS,
      by: ["endpoint"],
      where: { environment },
      histograms: [],
      limit: MOST_SUMS,
    });
    const kept = isKnown ? known.minutes.filter(({ start }) => start >= oldest && start < from) : [];
    const fresh = sums.map(({ start = 0, members, tally }) => ({ start, endpoint: members.endpoint ?? "", tally }));
    const minutes = [...kept, ...fresh];
    if (this.#windows.size > 100) this.#windows.clear();
    this.#windows.set(environment, { minutes, to });
    return minutes;
  }

  async #parts(place: SeriesPlace, now: number): Promise<readonly SeriesSum[]> {
    const { sums } = await this.#series.query({
      span: "minute",
      ...lastMinutes(now, PARTS_MS),
      by: ["endpoint", "release", "model", "tier"],
      where: whereOf(place),
      histograms: ["firstToken"],
      limit: 2_000,
    });
    return sums;
  }

  async #newest(
    place: SeriesPlace,
    { now, parts, own }: Pick<Recent, "parts"> & { readonly now: number; readonly own: readonly FullMinute[] },
  ): Promise<TalliedTime> {
    const tally = parts.length === 0 ? null : summed(parts);
    if ((tally?.calls ?? 0) >= LEAST_RECENT) return { tally, windowMs: PARTS_MS };
    const callsIn = (windowMs: number): number =>
      own.reduce((sum, { start, tally: { calls } }) => sum + (start >= now - windowMs ? calls : 0), 0);
    const windowMs = WIDER.find((wider) => callsIn(wider) >= LEAST_RECENT) ?? HOUR_MS;
    if (callsIn(HOUR_MS) === 0) return { tally: null, windowMs };
    const { sums } = await this.#series.query({
      span: "minute",
      ...lastMinutes(now, windowMs),
      by: [],
      where: whereOf(place),
      histograms: ["firstToken"],
      limit: 1,
    });
    return { tally: sums[0]?.tally ?? null, windowMs };
  }

  async #readUsual(place: SeriesPlace, now: number): Promise<Usual> {
    const to = Math.floor(now / HOUR_MS) * HOUR_MS;
    // The hour that is looked at is no measure of itself: what began in it would be usual when the clock strikes.
    const before = to - HOUR_MS;
    const hours = (terms: Pick<SeriesQuery, "from" | "to" | "by" | "histograms" | "stepMs">) =>
      this.#series.query({ span: "hour", ...terms, where: whereOf(place), limit: 2_000 });
    const [week, day] = await Promise.all([
      hours({ from: to - DAYS * DAY_MS, to, by: [], histograms: ["firstToken"], stepMs: HOUR_MS }),
      hours({ from: before - DAY_MS, to: before, by: ["endpoint"], histograms: [] }),
    ]);
    const same = week.sums.filter(({ start = 0 }) => (to - start) % DAY_MS === 0);
    const isEnough = same.reduce((sum, { tally }) => sum + tally.calls, 0) >= LEAST_USUAL;
    const taken = isEnough ? same : week.sums;
    return {
      time: { tally: taken.length === 0 ? null : summed(taken), windowMs: taken.length * HOUR_MS },
      what: isEnough ? "the same hour of the seven days before" : "hours with calls of the seven days before",
      errors: new Map(
        day.sums.map(({ members, tally }) => [members.endpoint ?? "", { calls: tally.calls, faults: tally.faults }]),
      ),
    };
  }
}

const whereOf = ({ environment, endpoint }: SeriesPlace): SeriesPlace => ({
  environment,
  ...(endpoint !== undefined && { endpoint }),
});

/** The minute that is under way and those before it. */
function lastMinutes(now: number, windowMs: number): { readonly from: number; readonly to: number } {
  const to = (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
  return { from: to - windowMs, to };
}

function summed(sums: readonly { readonly tally: SeriesTally }[]): SeriesTally {
  const whole = openTally();
  for (const { tally } of sums) addTally(whole, tally);
  return whole;
}
