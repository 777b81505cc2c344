import type { SpendChange } from "../domain/spend/attribute-spend.ts";
import { middleIndex } from "../domain/spend/spend-anomaly.ts";
import { HOUR_MS, hourOf } from "../domain/spend/spend-book.ts";
import type { SpendStore } from "../ports/spend-store.ts";
import { dailySpend, explainChange } from "./look-at-spend.ts";
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
