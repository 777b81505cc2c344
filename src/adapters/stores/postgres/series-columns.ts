import { SERIES_MEMBERS } from "../../../domain/series/series-cell.ts";
import type { SeriesCell, SeriesHistogram, SeriesSpan, SeriesTally } from "../../../domain/series/series-cell.ts";
import { plainTally } from "../../../domain/series/tally.ts";
import { indexedText } from "./plain-text.ts";

/** How the numbers of a tally stand in columns, and how they come back. */
interface NumberColumn {
  readonly column: string;
  readonly type: "bigint" | "numeric";
  readonly of: (tally: SeriesTally) => number | bigint;
}

const count = (column: string, of: (tally: SeriesTally) => number): NumberColumn => ({ column, type: "bigint", of });
const large = (column: string, of: (tally: SeriesTally) => number | bigint): NumberColumn => ({
  column,
  type: "numeric",
  of,
});

/** Every number of a tally. */
export const NUMBERS: readonly NumberColumn[] = [
  count("calls", ({ calls }) => calls),
  count("failed", ({ failed }) => failed),
  count("faults", ({ faults }) => faults),
  count("abandoned", ({ abandoned }) => abandoned),
  count("streams", ({ streams }) => streams),
  count("attempts", ({ attempts }) => attempts),
  count("input_tokens", ({ tokens }) => tokens.input),
  count("cached_input_tokens", ({ tokens }) => tokens.cachedInput),
  count("cache_write_tokens", ({ tokens }) => tokens.cacheWrite),
  count("output_tokens", ({ tokens }) => tokens.output),
  count("reasoning_tokens", ({ tokens }) => tokens.reasoning),
  large("cost_pico", ({ costPico }) => costPico),
  count("thumbs_up", ({ thumbsUp }) => thumbsUp),
  count("thumbs_down", ({ thumbsDown }) => thumbsDown),
  count("problems", ({ problems }) => problems),
  count("corrections", ({ corrections }) => corrections),
  count("scores", ({ scores }) => scores.count),
  count("scores_micro", ({ scores }) => scores.sumMicro),
  count("judged", ({ judged }) => judged.count),
  count("judged_micro", ({ judged }) => judged.sumMicro),
  large("latency_micros", ({ latency }) => latency.sumMicros),
  large("first_token_micros", ({ firstToken }) => firstToken.sumMicros),
];

/** Counts by name, and histograms. `errors` holds refusals by shared budgets and limits too, under `refused:<name>`. */
export const COUNTS: readonly string[] = ["errors", "attempt_errors"];
export const HISTOGRAMS: Readonly<Record<SeriesHistogram, string>> = { latency: "latency", firstToken: "first_token" };

/** Counts of scores by twentieths, added like histograms. */
export const JUDGED_BY = "judged_by";

/** Every column of a cell with its type in SQL, its place first. */
export const COLUMNS: readonly (readonly [column: string, type: string])[] = [
  ["span", "text"],
  ["start", "bigint"],
  ...SERIES_MEMBERS.map((member) => [member, "text"] as const),
  ...NUMBERS.map(({ column, type }) => [column, type] as const),
  ...COUNTS.map((column) => [column, "jsonb"] as const),
  ...[JUDGED_BY, ...Object.values(HISTOGRAMS)].map((column) => [column, "integer[]"] as const),
];

/** What makes a cell the same cell. */
export const PLACE: readonly string[] = ["span", "start", ...SERIES_MEMBERS];

/** The columns in a list, and as the shape of `json_to_recordset`. */
export const COLUMN_NAMES = COLUMNS.map(([column]) => column).join(", ");
export const COLUMN_SHAPE = COLUMNS.map(([column, type]) => `${column} ${type}`).join(", ");

/** What cells are kept of: days are made out of hours, and only the store knows of them. */
export type StoredSpan = SeriesSpan | "day";

/** A cell as JSON for `json_to_recordset`. */
export function documentOf(span: StoredSpan, { start, members, tally }: SeriesCell): Record<string, unknown> {
  const { latency, firstToken, errors, sharedRefusals, attemptErrors, judgedBy } = plainTally(tally);
  return {
    span,
    start,
    ...Object.fromEntries(SERIES_MEMBERS.map((member) => [member, indexedText(members[member])])),
    ...Object.fromEntries(NUMBERS.map(({ column, of }) => [column, of(tally).toString()])),
    errors: { ...errors, ...marked(sharedRefusals) },
    attempt_errors: attemptErrors,
    judged_by: judgedBy,
    latency: latency.counts,
    first_token: firstToken.counts,
  };
}

/** A sum as the database gives it: numbers as text, histograms as JSON, and the counts of its cells in a list of JSON. */
export type SumRow = Readonly<Record<string, unknown>>;

/** The tally of a row; histograms that were not asked for are empty. */
export function tallyOf(row: SumRow): SeriesTally {
  const number = (column: string): number => Number(row[column] ?? 0);
  const counts = (column: string) => sumOfCounts((row[column] ?? []) as readonly Readonly<Record<string, number>>[]);
  const { errors, sharedRefusals } = unmarked(counts("errors"));
  const buckets = (column: string): readonly number[] => (row[column] ?? []) as readonly number[];
  const histogram = (column: string, micros: string) => ({
    counts: buckets(column),
    sumMicros: row[column] === undefined ? 0 : number(micros),
  });
  return plainTally({
    calls: number("calls"),
    failed: number("failed"),
    faults: number("faults"),
    abandoned: number("abandoned"),
    streams: number("streams"),
    errors,
    sharedRefusals,
    latency: histogram("latency", "latency_micros"),
    firstToken: histogram("first_token", "first_token_micros"),
    attempts: number("attempts"),
    attemptErrors: counts("attempt_errors"),
    tokens: {
      input: number("input_tokens"),
      cachedInput: number("cached_input_tokens"),
      cacheWrite: number("cache_write_tokens"),
      output: number("output_tokens"),
      reasoning: number("reasoning_tokens"),
    },
    costPico: BigInt(typeof row["cost_pico"] === "string" ? row["cost_pico"] : "0"),
    thumbsUp: number("thumbs_up"),
    thumbsDown: number("thumbs_down"),
    problems: number("problems"),
    corrections: number("corrections"),
    scores: { count: number("scores"), sumMicro: number("scores_micro") },
    judged: { count: number("judged"), sumMicro: number("judged_micro") },
    judgedBy: buckets(JUDGED_BY),
  });
}

/** What stands before refusals of shared budgets and limits in the column of errors; no code has a colon. */
const REFUSED = "refused:";

const marked = (refusals: SeriesTally["sharedRefusals"]): Record<string, number> =>
  Object.fromEntries(Object.entries(refusals).map(([name, refused]) => [`${REFUSED}${name}`, refused]));

function unmarked(counted: Readonly<Record<string, number>>): Pick<SeriesTally, "errors" | "sharedRefusals"> {
  const errors: Record<string, number> = {};
  const sharedRefusals: Record<string, number> = {};
  for (const [name, times] of Object.entries(counted)) {
    if (name.startsWith(REFUSED)) sharedRefusals[name.slice(REFUSED.length)] = times;
    else errors[name] = times;
  }
  return { errors, sharedRefusals };
}

function sumOfCounts(all: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const counts of all) {
    for (const name in counts) sum[name] = (sum[name] ?? 0) + (counts[name] ?? 0);
  }
  return sum;
}
