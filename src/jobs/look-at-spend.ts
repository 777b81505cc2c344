import { attributeSpend } from "../domain/spend/attribute-spend.ts";
import type { SpendChange } from "../domain/spend/attribute-spend.ts";
import { forecastSpend } from "../domain/spend/forecast-spend.ts";
import type { SpendForecast } from "../domain/spend/forecast-spend.ts";
import { HOUR_MS, hourOf } from "../domain/spend/spend-book.ts";
import { modelCostPico } from "../domain/spend/spend.ts";
import type { Spend } from "../domain/spend/spend.ts";
import type { SpendQuery, SpendStore } from "../ports/spend-store.ts";

/** Whose spend is looked at; nothing is everybody's. */
export type SpendSubject = Pick<SpendQuery, "endpoint" | "keyId" | "user">;

/** A stretch of whole hours, epoch milliseconds; `until` is exclusive. */
export interface Stretch {
  readonly since: number;
  readonly until: number;
}

const DAY_MS = 24 * HOUR_MS;
/** Full days that a forecast rests on at most. */
export const FORECAST_DAYS = 28;
/** Models that are told apart in a sum. */
const MOST_MODELS = 10_000;
/** Days whose same hour is the baseline. */
export const BASELINE_DAYS = 14;

/** What was spent in a stretch, by model. */
export async function spendBetween(store: SpendStore, subject: SpendSubject, stretch: Stretch): Promise<Spend> {
  const sums = await store.sum({ ...stretch, ...subject, by: ["model"], limit: MOST_MODELS });
  return new Map(sums.map(({ model = "", spend }) => [model, spend]));
}

/** Why one stretch cost more or less than another. */
export async function explainChange(
  store: SpendStore,
  subject: SpendSubject,
  { before, after }: { readonly before: Stretch; readonly after: Stretch },
): Promise<SpendChange> {
  const [then, now] = [await spendBetween(store, subject, before), await spendBetween(store, subject, after)];
  return attributeSpend(then, now);
}

/** A forecast for the day or month under way, UTC. */
export interface WindowForecast {
  readonly window: "day" | "month";
  readonly endsAt: number;
  readonly spentPico: bigint;
  /** `null` before a full day was seen. */
  readonly forecast: SpendForecast | null;
}

/** A day or month, UTC, epoch milliseconds. */
export interface ForecastWindow extends Pick<WindowForecast, "window" | "endsAt"> {
  readonly startsAt: number;
}

/** The day and the month under way. */
export function windowsAt(now: number): readonly ForecastWindow[] {
  const date = new Date(now);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  return [
    { window: "day", startsAt: Date.UTC(year, month, day), endsAt: Date.UTC(year, month, day + 1) },
    { window: "month", startsAt: Date.UTC(year, month), endsAt: Date.UTC(year, month + 1) },
  ];
}

/** What the day and the month under way are expected to come to. */
export async function forecastWindows(
  store: SpendStore,
  subject: SpendSubject,
  now: number,
): Promise<readonly WindowForecast[]> {
  const dailyPico = await dailySpend(store, subject, hourOf(now));
  const forecasts: WindowForecast[] = [];
  for (const { window, startsAt, endsAt } of windowsAt(now)) {
    const spentPico = await total(store, subject, { since: startsAt, until: endsAt });
    const forecast = forecastSpend({ spentPico, dailyPico, leftMs: endsAt - now });
    forecasts.push({ window, endsAt, spentPico, forecast });
  }
  return forecasts;
}

/** Spend of the full days of 24 hours before `hour`, newest first, as far back as anything was spent. */
export async function dailySpend(store: SpendStore, subject: SpendSubject, hour: number): Promise<readonly bigint[]> {
  const since = hour - FORECAST_DAYS * DAY_MS;
  const sums = await store.sum({ ...subject, since, until: hour, by: ["hour"], limit: FORECAST_DAYS * 24 });
  return dailyCosts(
    sums.flatMap(({ hour: each, spend }) =>
      each === undefined ? [] : [{ hour: each, oldest: each, costPico: modelCostPico(spend) }],
    ),
    hour,
  );
}

/** What was spent from one hour on, within one of the days that a forecast rests on. */
interface PastCost {
  /** Epoch milliseconds, of the first hour and of the first in which anything was spent. */
  readonly hour: number;
  readonly oldest: number;
  readonly costPico: bigint;
}

/** Costs by the full days of 24 hours before `hour`, newest first, as far back as anything was spent. */
export function dailyCosts(costs: readonly PastCost[], hour: number): readonly bigint[] {
  const oldest = costs.reduce((least, cost) => Math.min(least, cost.oldest), hour);
  const days = Array.from({ length: Math.floor((hour - oldest) / DAY_MS) }, () => 0n);
  for (const cost of costs) {
    const day = Math.floor((hour - HOUR_MS - cost.hour) / DAY_MS);
    if (day < days.length) days[day] = (days[day] ?? 0n) + cost.costPico;
  }
  return days;
}

async function total(store: SpendStore, subject: SpendSubject, stretch: Stretch): Promise<bigint> {
  const [sum] = await store.sum({ ...stretch, ...subject, by: [], limit: 1 });
  return sum === undefined ? 0n : modelCostPico(sum.spend);
}
