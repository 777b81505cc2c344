import type { CallFacts } from "../../domain/call/call-record.ts";
import { findEnd, findOnset } from "../../domain/incidents/onset.ts";
import type { Stretch } from "../../domain/incidents/onset.ts";
import type { ErrorAssessment } from "../../domain/now/assess-errors.ts";
import { isFault } from "../../domain/series/is-fault.ts";
import { ulid } from "../../kit/ulid.ts";
import type { CallStore } from "../../ports/call-store.ts";

/** Whose calls. */
export interface TroublePlace {
  readonly environment: string;
  readonly endpoint: string;
}

/** When a trouble began and ended, to the call. `null`: the minutes do not say so. */
export interface TroubleTimes {
  /** Arrival of the first of the calls that failed at the higher rate, epoch milliseconds. */
  readonly since: number;
  /** Arrival of the last of them. */
  readonly until: number | null;
  /** Arrival of the first call after that which was answered: in between it got well. */
  readonly wellAt: number | null;
}

/** Failed calls that are read at once, and pages of them: with more the minute is told. */
const PAGE = 500;
const MOST_PAGES = 4;
/** What was found changes no more once all calls of its time are written, ms. */
const SETTLED_MS = 30_000;
/** How far the first good call is looked for, ms: soon where many call, for an hour where few do. */
const WELL_WITHIN_MS = [10_000, 60_000, 10 * 60_000, 60 * 60_000] as const;
const MOST_KEPT = 200;
const MINUTE_MS = 60_000;

/** Finds the second in which a trouble began: the tallies know minutes, the recorded calls know more. */
export class TroubleClock {
  readonly #calls: Pick<CallStore, "list">;
  readonly #known = new Map<string, number | null>();

  constructor(calls: Pick<CallStore, "list">) {
    this.#calls = calls;
  }

  /** `null` where nothing is the matter. `now` is epoch milliseconds. */
  async times(place: TroublePlace, errors: ErrorAssessment, now: number): Promise<TroubleTimes | null> {
    const { since, onset, ending } = errors;
    if (since === null) return null;
    const first = onset === undefined ? null : await this.#found("onset", place, { stretch: onset, now });
    const last = ending === undefined ? null : await this.#found("end", place, { stretch: ending, now });
    const began = first ?? since;
    const until = ending === undefined ? null : (last ?? Math.min(ending.to, ending.from + 2 * MINUTE_MS));
    if (until === null) return { since: began, until: null, wellAt: null };
    const ended = Math.max(began, until);
    return { since: began, until: ended, wellAt: await this.#firstWell(place, ended, now) };
  }

  /** When a trouble ended that began at a time, within which it did by the minute. All times are epoch milliseconds. */
  async ended(
    place: TroublePlace,
    { ending, startedAt, now }: { readonly ending: Stretch; readonly startedAt: number; readonly now: number },
  ): Promise<{ readonly until: number; readonly wellAt: number | null }> {
    const last = await this.#found("end", place, { stretch: ending, now });
    const until = Math.max(startedAt, last ?? Math.min(ending.to, ending.from + 2 * MINUTE_MS));
    return { until, wellAt: await this.#firstWell(place, until, now) };
  }

  /** Where calls come often the first look finds it. */
  async #firstWell({ environment, endpoint }: TroublePlace, ended: number, now: number): Promise<number | null> {
    const key = `well ${environment} ${endpoint} ${ended}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    for (const lookMs of WELL_WITHIN_MS) {
      const before = idAt(Math.min(now, ended + lookMs));
      const where = { environment, endpoint, outcome: "ok", since: ended, before, limit: PAGE } as const;
      const found = (await this.#calls.list(where)).filter(isUsers);
      const [first] = found.toReversed();
      if (first !== undefined) {
        const well = found.length === PAGE ? ended : first.at;
        if (ended + lookMs < now - SETTLED_MS) this.#remember(key, well);
        return well;
      }
      if (ended + lookMs >= now) return null;
    }
    return null;
  }

  async #found(
    what: "onset" | "end",
    place: TroublePlace,
    { stretch, now }: { readonly stretch: Stretch; readonly now: number },
  ): Promise<number | null> {
    const key = `${what} ${place.environment} ${place.endpoint} ${stretch.from} ${stretch.to}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const times = await this.#failures(place, stretch);
    const found = times === null ? null : what === "onset" ? findOnset(times, stretch) : findEnd(times, stretch);
    if (stretch.to < now - SETTLED_MS) this.#remember(key, found);
    return found;
  }

  #remember(key: string, found: number | null): void {
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    this.#known.set(key, found);
  }

  /** Arrivals of the failed calls of a time, ascending; `null` where there are too many. */
  async #failures({ environment, endpoint }: TroublePlace, { from, to }: Stretch): Promise<readonly number[] | null> {
    const times: number[] = [];
    let before = idAt(to);
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const found = await this.#calls.list({
        environment,
        endpoint,
        outcome: "failed",
        since: from,
        before,
        limit: PAGE,
      });
      times.push(...found.filter(isUsersFault).map(({ at }) => at));
      before = found.at(-1)?.id ?? before;
      if (found.length < PAGE) return times.toSorted((one, other) => one - other);
    }
    return null;
  }
}

/** What the ids of calls that arrive from a time on (epoch ms) are not below. */
export const idAt = (at: number): string => `call_${ulid(Math.max(0, at), new Uint8Array(10))}`;

/** Copies and replays fail for nobody. */
export const isUsers = ({ arm, backtest }: CallFacts): boolean => arm !== "shadow" && backtest === undefined;

const isUsersFault = (facts: CallFacts): boolean =>
  facts.errorCode !== null && isFault(facts.errorCode) && isUsers(facts);
