import { parseDurationMs } from "../kit/duration.ts";
import { CliError } from "./ask.ts";

const UNITS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
};

const HELP =
  'Write `"last 7 days"`, `"last 12 hours"`, `36h`, or two instants: `2026-11-14T00:00:00Z/2026-11-21T00:00:00Z`.';

/** Two instants, ISO 8601 in UTC; `until` is `null` for now. */
export interface TimeSpan {
  readonly since: string;
  readonly until: string | null;
}

/** What people write for a time: `last 7 days`, a duration, or two instants. Throws `CliError`. */
export function timeSpan(text: string, now: number): TimeSpan {
  const [from, until, ...more] = text.split("/");
  if (until !== undefined && more.length === 0)
    return { since: instantIn(from ?? "", text), until: instantIn(until, text) };
  const ms = backIn(text);
  if (ms === null) throw new CliError(`\`${text.slice(0, 80)}\` is no time.`, HELP);
  return { since: new Date(now - ms).toISOString(), until: null };
}

/** Since when, ISO 8601 in UTC: so long ago (`6h`, `last 2 days`), or an instant. Throws `CliError`. */
export function sinceWhen(text: string, now: number): string {
  const ms = backIn(text);
  if (ms !== null) return new Date(now - ms).toISOString();
  const at = Date.parse(text.trim());
  if (Number.isNaN(at))
    throw new CliError(
      `\`${text.slice(0, 80)}\` is no time.`,
      "Write `90m`, `6h`, `2d`, or an instant: `2026-11-21T00:00:00Z`.",
    );
  return new Date(at).toISOString();
}

function backIn(text: string): number | null {
  const words = text.trim().toLowerCase().split(/\s+/);
  const [last, number, unit] = words[0] === "last" ? words : ["last", ...words];
  if (unit === undefined || words.length > 3 || last !== "last") return parseDurationMs(text.trim());
  const size = UNITS[unit.replace(/s$/, "")];
  const amount = Number(number);
  return size !== undefined && Number.isInteger(amount) && amount > 0 && amount < 10_000 ? amount * size : null;
}

function instantIn(text: string, whole: string): string {
  const at = Date.parse(text.trim());
  if (Number.isNaN(at)) throw new CliError(`\`${whole.slice(0, 80)}\` is no time.`, HELP);
  return new Date(at).toISOString();
}
