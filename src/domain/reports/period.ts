/** A week or a month that a report is about. Times are epoch milliseconds, UTC; `to` is exclusive. */
export interface Period {
  readonly kind: "week" | "month";
  /** `2026-W47` (ISO 8601) or `2026-11`. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

/** The week or month of a name; `null` for what is none. */
export function periodOf(name: string): Period | null {
  const week = /^(\d{4})-W(\d{2})$/.exec(name);
  if (week !== null) {
    const from = firstMonday(Number(week[1])) + (Number(week[2]) - 1) * WEEK_MS;
    const period = weekAt(from);
    return period.name === name ? period : null;
  }
  const month = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(name);
  return month === null ? null : monthAt(Date.UTC(Number(month[1]), Number(month[2]) - 1));
}

/** The ISO week around an instant. */
export function weekAt(at: number): Period {
  const day = Math.floor(at / DAY_MS);
  // 1970-01-01 was a Thursday; a week belongs to the year of its Thursday.
  const monday = (day - ((((day + 3) % 7) + 7) % 7)) * DAY_MS;
  const year = new Date(monday + 3 * DAY_MS).getUTCFullYear();
  const number = Math.round((monday - firstMonday(year)) / WEEK_MS) + 1;
  return { kind: "week", name: `${year}-W${String(number).padStart(2, "0")}`, from: monday, to: monday + WEEK_MS };
}

/** The month around an instant. */
export function monthAt(at: number): Period {
  const date = new Date(at);
  const from = Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
  const to = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  return { kind: "month", name: new Date(from).toISOString().slice(0, 7), from, to };
}

/** The week or month around an instant. */
export const periodAt = (kind: Period["kind"], at: number): Period => (kind === "week" ? weekAt(at) : monthAt(at));

/** The one before. */
export const periodBefore = ({ kind, from }: Period): Period => periodAt(kind, from - 1);

/** The Monday of the first ISO week: that with the fourth of January. */
function firstMonday(year: number): number {
  const fourth = Math.floor(Date.UTC(year, 0, 4) / DAY_MS);
  return (fourth - ((fourth + 3) % 7)) * DAY_MS;
}
