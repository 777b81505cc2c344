/** What a clock on the wall shows in a time zone. */
export interface WallTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** As ISO 8601 counts: Monday is 1, Sunday 7. */
  readonly weekday: 1 | 2 | 3 | 4 | 5 | 6 | 7;
  /** Minutes since midnight, 0 to 1,439. */
  readonly minute: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Formatters are dear to make; a server meets few zones. */
const FORMATS = new Map<string, Intl.DateTimeFormat>();
const MOST_FORMATS = 100;

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = FORMATS.get(zone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  if (FORMATS.size >= MOST_FORMATS) FORMATS.clear();
  FORMATS.set(zone, format);
  return format;
}

/** Whether this engine knows a time zone by an IANA name, such as Europe/Berlin. Offsets such as +02:00 are none. */
export function isTimeZone(zone: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(zone)) return false;
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/** What the wall shows at a moment (epoch milliseconds); seconds are left out. Throws `RangeError` for an unknown zone. */
export function wallTimeAt(zone: string, at: number): WallTime {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts;
  // 1970-01-01 was a Thursday, the fourth day of its week.
  const days = Math.floor(Date.UTC(year, month - 1, day) / DAY_MS);
  const weekday = ((((days + 3) % 7) + 7) % 7) + 1;
  return { year, month, day, weekday: weekday as WallTime["weekday"], minute: hour * 60 + minute };
}

/** How far the wall is ahead of UTC at a moment, milliseconds. */
function offsetAt(zone: string, at: number): number {
  const whole = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const { year, month, day, minute } = wallTimeAt(zone, whole);
  return Date.UTC(year, month - 1, day) + minute * MINUTE_MS - whole;
}

/** A day and a minute as somebody wrote them; `minute` may go up to 1,440, the midnight that ends the day. */
export type WrittenTime = Pick<WallTime, "year" | "month" | "day" | "minute">;

/**
 * The moment (epoch milliseconds) at which the wall shows a time: the first of two where the clock is set back, and
 * where it is set forward past it, the moment of the change. Throws `RangeError` for an unknown zone.
 */
export function momentOf(zone: string, { year, month, day, minute }: WrittenTime): number {
  const wall = Date.UTC(year, month - 1, day) + minute * MINUTE_MS;
  // No zone is further than a day from UTC, and none changes twice within two days.
  const [before, after] = [offsetAt(zone, wall - DAY_MS), offsetAt(zone, wall + DAY_MS)];
  const candidates = [wall - before, wall - after].toSorted((one, other) => one - other);
  const hit = candidates.find((at) => at + offsetAt(zone, at) === wall);
  return hit ?? changeBetween(zone, candidates);
}

/** The moment within these bounds at which the offset changes, to the minute. */
function changeBetween(zone: string, [first = 0, last = first]: readonly number[]): number {
  let [low, high] = [first, last];
  const before = offsetAt(zone, low);
  while (high - low > MINUTE_MS) {
    const middle = Math.floor((low + high) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetAt(zone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}
