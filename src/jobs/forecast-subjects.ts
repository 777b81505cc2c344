import { forecastSpend } from "../domain/spend/forecast-spend.ts";
import { HOUR_MS, hourOf } from "../domain/spend/spend-book.ts";
import type { CostSum, SpendStore } from "../ports/spend-store.ts";
import { dailyCosts, FORECAST_DAYS, windowsAt } from "./look-at-spend.ts";
import type { ForecastWindow, SpendSubject, WindowForecast } from "./look-at-spend.ts";

/** Whose spend is forecast in one go with that of others. */
export type ForecastSubject = Omit<SpendSubject, "user">;

const DAY_MS = 24 * HOUR_MS;

/** Names a subject among others. */
export const forecastName = ({ endpoint, keyId }: ForecastSubject): string =>
  JSON.stringify([endpoint ?? null, keyId ?? null]);

/**
 * What the day and the month under way are expected to come to for each of many subjects, by their names: what `forecastWindows` tells
 * of one. Reads four weeks once for everybody, once for all endpoints, once for all keys and once for keys at endpoints.
 */
export async function forecastSubjects(
  store: SpendStore,
  subjects: readonly ForecastSubject[],
  now: number,
): Promise<ReadonlyMap<string, readonly WindowForecast[]>> {
  const windows = windowsAt(now);
  const bounds = boundsOf(windows, hourOf(now));
  const forecasts = new Map<string, readonly WindowForecast[]>();
  for (const alike of Map.groupBy(subjects, dimensionsOf).values()) {
    const sums = Map.groupBy(await sumsOf(store, alike, bounds), ({ endpoint, key }) =>
      forecastName({ ...(endpoint !== undefined && { endpoint }), ...(key !== undefined && { keyId: key }) }),
    );
    for (const subject of alike) {
      const name = forecastName(subject);
      const own = sums.get(name) ?? [];
      forecasts.set(
        name,
        windows.map((window) => forecastOf(window, { sums: own, bounds, now })),
      );
    }
  }
  return forecasts;
}

const dimensionsOf = ({ endpoint, keyId }: ForecastSubject): string =>
  `${endpoint === undefined ? "" : "endpoint"} ${keyId === undefined ? "" : "key"}`;

/** The full days of 24 hours before `hour`, cut where the windows begin and end. */
function boundsOf(windows: readonly ForecastWindow[], hour: number): readonly number[] {
  const days = Array.from({ length: FORECAST_DAYS + 1 }, (_, day) => hour - day * DAY_MS);
  const all = new Set([...days, ...windows.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt])]);
  return [...all].toSorted((one, other) => one - other);
}

function sumsOf(
  store: SpendStore,
  alike: readonly ForecastSubject[],
  bounds: readonly number[],
): Promise<readonly CostSum[]> {
  const endpoints = [...new Set(alike.flatMap(({ endpoint }) => endpoint ?? []))];
  const keyIds = [...new Set(alike.flatMap(({ keyId }) => keyId ?? []))];
  return store.costs({
    bounds,
    by: [...(endpoints.length > 0 ? (["endpoint"] as const) : []), ...(keyIds.length > 0 ? (["key"] as const) : [])],
    ...(endpoints.length > 0 && { endpoints }),
    ...(keyIds.length > 0 && { keyIds }),
  });
}

interface Seen {
  readonly sums: readonly CostSum[];
  readonly bounds: readonly number[];
  readonly now: number;
}

function forecastOf({ window, startsAt, endsAt }: ForecastWindow, { sums, bounds, now }: Seen): WindowForecast {
  const begins = ({ stretch }: CostSum): number => bounds[stretch] ?? 0;
  const isIn = (sum: CostSum): boolean => begins(sum) >= startsAt && begins(sum) < endsAt;
  const spentPico = sums.filter(isIn).reduce((total, { costPico }) => total + costPico, 0n);
  const dailyPico = dailyOf({ sums, bounds, now });
  return { window, endsAt, spentPico, forecast: forecastSpend({ spentPico, dailyPico, leftMs: endsAt - now }) };
}

/** Spend of the full days before the hour under way, newest first, as far back as anything was spent. */
function dailyOf({ sums, bounds, now }: Seen): readonly bigint[] {
  const hour = hourOf(now);
  const past = sums
    .map(({ stretch, oldest, costPico }) => ({ hour: bounds[stretch] ?? 0, oldest, costPico }))
    .filter((cost) => cost.hour >= hour - FORECAST_DAYS * DAY_MS && cost.hour < hour);
  return dailyCosts(past, hour);
}
