import { sharedRefusalsIn } from "../limits/refused-by.ts";
import type { SeriesTally } from "../series/series-cell.ts";
import type { MinuteOfCalls } from "./assess-errors.ts";
import { MINUTE_MS } from "./assess-errors.ts";

/** What an endpoint's calls came to in one minute. */
export interface TalliedMinute {
  /** Epoch milliseconds. */
  readonly start: number;
  readonly endpoint: string;
  readonly tally: Pick<SeriesTally, "calls" | "faults" | "errors" | "sharedRefusals">;
}

/** Codes of calls that a budget has refused; that one is not known is a fault of ours. */
const OF_BUDGETS = ["budget_spent", "budget_held"] as const;

/** What became of an endpoint's calls by the minute, ascending. */
export const minutesOf = (minutes: readonly TalliedMinute[], endpoint: string): readonly MinuteOfCalls[] =>
  minutes
    .filter((one) => one.endpoint === endpoint)
    .map(({ start, tally }) => {
      const refused = sharedRefusalsIn(tally);
      return { start, calls: tally.calls, faults: tally.faults, ...(refused > 0 && { refused }) };
    })
    .toSorted((one, other) => one.start - other.start);

/** Calls that a budget has refused. */
export const overBudgetOf = ({ errors }: Pick<SeriesTally, "errors">): number =>
  OF_BUDGETS.reduce((sum, code) => sum + (errors[code] ?? 0), 0);

/** Since when a budget refuses calls of an endpoint, epoch ms: the first of the newest minutes without a long gap. */
export function overBudgetSince(minutes: readonly TalliedMinute[], endpoint: string, now: number): number | null {
  const refused = new Set(
    minutes
      .filter((one) => one.endpoint === endpoint && overBudgetOf(one.tally) > 0)
      .map(({ start }) => Math.floor(start / MINUTE_MS)),
  );
  let since: number | null = null;
  let gap = 0;
  for (let minute = Math.floor(now / MINUTE_MS); gap < 5 && minute > Math.floor(now / MINUTE_MS) - 60; minute -= 1) {
    gap = refused.has(minute) ? 0 : gap + 1;
    if (gap === 0) since = minute * MINUTE_MS;
  }
  return since;
}
