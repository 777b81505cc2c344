import type { Command } from "commander";
import { parseDurationMs } from "../kit/duration.ts";
import { CliError } from "./ask.ts";
import { sinceWhen, timeSpan } from "./time-span.ts";

/** What a person has given of the filters. */
export type FilterOptions = Readonly<Record<string, string | true | undefined>>;

/** Options that go to the server under their own names; several values with commas between them. */
const PLAIN: readonly (readonly [string, string])[] = [
  ["release", "as support-bot@7"],
  ["arm", "stable or candidate"],
  ["rollout", "id of a rollout"],
  ["tier", "primary, fallback:1, cache:exact, …"],
  ["provider", "provider that answered last"],
  ["model", "model that answered last"],
  ["outcome", "ok, failed or abandoned"],
  ["error", "code of the error"],
  ["status", "HTTP status"],
  ["finish", "why the model stopped"],
  ["key", "id of the API key"],
  ["kind", "traffic, backtest or replay"],
  ["session", "calls of one session"],
  ["user", "calls of one end user"],
  ["trace", "calls of one trace"],
  ["tool", "calls whose answer calls this tool; * for any"],
  ["tag", "calls with this metadata, as name:value"],
  ["feedback", "calls of which that was said: any, thumbs-up, thumbs-down, problem, score, correction"],
];

/** What the person wrote a field as, for errors. */
export const WRITTEN: Readonly<Record<string, string>> = {
  ...Object.fromEntries(PLAIN.map(([name]) => [name, `--${name}`])),
  endpoint: "The argument",
  text: "--search",
  latency_from: "--slower-than",
  latency_to: "--faster-than",
  cost_from: "--dearer-than",
  cost_to: "--cheaper-than",
  limit: "--limit",
  after: "--after",
};

/** Adds the filters of calls to a command. */
export function addFilters(command: Command): Command {
  for (const [name, description] of PLAIN) command.option(`--${name} <value>`, description);
  return command
    .option("--search <words>", "words of what was asked or answered; -word must not be there")
    .option("--repaired", "calls that another attempt, a fallback or a kept answer rescued")
    .option("--when <time>", `when: "last 2 hours", 36h, or two instants with / between them`)
    .option("--since <time>", "since when: 6h, 2d, or an instant")
    .option("--slower-than <time>", "took at least so long: 5s, 800ms")
    .option("--faster-than <time>", "took at most so long")
    .option("--dearer-than <dollars>", "cost at least so much")
    .option("--cheaper-than <dollars>", "cost at most so much");
}

/** The filters as a query. Throws `CliError` for a time that is none. */
export function queryOf(endpoint: string | undefined, options: FilterOptions): Readonly<Record<string, string>> {
  const query: Record<string, string> = endpoint === undefined ? {} : { endpoint };
  const given = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === "string" ? value : undefined;
  };
  const put = (name: string, value: string | undefined): void => {
    if (value !== undefined) query[name] = value;
  };
  for (const [name] of PLAIN) put(name, given(name));
  put("text", given("search"));
  if (options["repaired"] === true) put("repaired", "true");
  put("latency_from", wholeMs(given("slowerThan")));
  put("latency_to", wholeMs(given("fasterThan")));
  put("cost_from", given("dearerThan"));
  put("cost_to", given("cheaperThan"));
  const [when, from] = [given("when"), given("since")];
  if (when !== undefined && from !== undefined)
    throw new CliError("--since and --when both say from when on.", "Give one of them.");
  if (from !== undefined) put("since", sinceWhen(from, Date.now()));
  if (when !== undefined) {
    const { since, until } = timeSpan(when, Date.now());
    put("since", since);
    put("until", until ?? undefined);
  }
  return query;
}

function wholeMs(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const ms = parseDurationMs(text);
  if (ms === null) throw new CliError(`\`${text.slice(0, 80)}\` is no time.`, "Write `5s`, `800ms` or `2m`.");
  return String(Math.round(ms));
}
