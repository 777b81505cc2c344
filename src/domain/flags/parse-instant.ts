const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const INSTANT = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)([Zz]|[+-]\d\d:\d\d)$/;

/**
 * Epoch milliseconds of a day (`2026-11-21`, at midnight UTC) or an instant with its zone (`2026-11-21T09:30:00Z`,
 * RFC 3339); `null` for anything else. A time without a zone could mean any of a day's hours and is none.
 */
export function parseInstant(text: string): number | null {
  const instant = INSTANT.exec(text);
  const day = dayOf(instant?.[1] ?? text);
  if (day === null) return null;
  if (instant === null) return day;
  const [, date = "", time = "", zone = ""] = instant;
  const at = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  return Number.isNaN(at) ? null : at;
}

/** Midnight UTC of a day that the calendar has: engines take the 30th of February for the 2nd of March. */
function dayOf(text: string): number | null {
  const match = DATE.exec(text);
  if (match === null) return null;
  const [year, month, date] = match.slice(1).map(Number);
  const at = new Date(0);
  at.setUTCFullYear(year ?? 0, (month ?? 0) - 1, date);
  return at.getUTCMonth() + 1 === month && at.getUTCDate() === date ? at.getTime() : null;
}
