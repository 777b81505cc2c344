import type { SpendChange } from "../domain/spend/attribute-spend.ts";
import { middleIndex } from "../domain/spend/spend-anomaly.ts";
import { HOUR_MS, hourOf } from "../domain/spend/spend-book.ts";
import { modelCostPico } from "../domain/spend/spend.ts";
import type { SpendStore } from "../ports/spend-store.ts";
import { BASELINE_DAYS, dailySpend, explainChange } from "./look-at-spend.ts";
import type { SpendSubject } from "./look-at-spend.ts";

const DAY_MS = 24 * HOUR_MS;

/** Why the last 24 whole hours cost more or less than those of the middle day before. */
export interface ExplainedDay {
  readonly change: SpendChange;
  /** When the 24 hours ended that it is compared with, epoch milliseconds. */
  readonly endedAt: number;
  /** Days that it is the median of. */
  readonly days: number;
}

/** Compares the last 24 hours with the median of the days before that a forecast rests on; `null` before there is one. */
export async function explainDay(store: SpendStore, subject: SpendSubject, now: number): Promise<ExplainedDay | null> {
  const hour = hourOf(now);
  const [, ...before] = await dailySpend(store, subject, hour);
  const middle = middleIndex(before);
  if (middle === null) return null;
  const endedAt = hour - (middle + 1) * DAY_MS;
  const stretches = {
    before: { since: endedAt - DAY_MS, until: endedAt },
    after: { since: hour - DAY_MS, until: hour },
  };
  return { change: await explainChange(store, subject, stretches), endedAt, days: before.length };
}

/** Why an hour cost more or less than the same hour of the middle day before. */
export interface ExplainedHour {
  readonly change: SpendChange;
  /** The hour that it is compared with, epoch milliseconds. */
  readonly against: number;
  /** Days that it is the median of: those on which something was spent. */
  readonly days: number;
}

/** Compares an hour with the median of the same hour of previous days; where nothing was spent in any, with the day before. */
export async function explainHour(store: SpendStore, subject: SpendSubject, hour: number): Promise<ExplainedHour> {
  const stretch = { since: hour - BASELINE_DAYS * DAY_MS, until: hour };
  const sums = await store.sum({ ...subject, ...stretch, by: ["hour"], limit: BASELINE_DAYS * 24 });
  const same = sums
    .flatMap(({ hour: start = 0, spend }) =>
      (hour - start) % DAY_MS === 0 ? [{ start, pico: modelCostPico(spend) }] : [],
    )
    .toSorted((one, other) => other.start - one.start);
  const against = same[middleIndex(same.map(({ pico }) => pico)) ?? -1]?.start ?? hour - DAY_MS;
  const stretches = {
    before: { since: against, until: against + HOUR_MS },
    after: { since: hour, until: hour + HOUR_MS },
  };
  return { change: await explainChange(store, subject, stretches), against, days: same.length };
}
