import { SERIES_DIMENSIONS, showSeries } from "../contract/series.ts";
import { parseDurationMs } from "../kit/duration.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";
import { signedUsd as usd } from "./signed-usd.ts";

interface Options {
  readonly by: string;
  readonly since?: string;
  readonly until?: string;
  readonly step?: string;
  readonly endpoint?: string;
  readonly limit: string;
}

/** What the fields of the request are called here. */
const WRITTEN = {
  since: "--since",
  until: "--until",
  step_seconds: "--step",
  by: "--by",
  endpoint: "--endpoint",
  limit: "--limit",
};

/** `rollward series`. */
export const series: AddCommand = (program, line) => {
  program
    .command("series")
    .description("what calls came to over time: how many, errors, latency, first token, cost")
    .option("--endpoint <name>", "only this endpoint")
    .option("--by <dimensions>", `comma-separated: ${SERIES_DIMENSIONS.join(", ")}`, "endpoint")
    .option("--since <instant>", "an instant (ISO 8601), or how long ago: 20m, 6h, 2d; an hour ago by default")
    .option("--until <instant>", "an instant, or how long ago; now by default")
    .option("--step <duration>", "one row for each step: 1m, 15m, 1h, 1d; one for all time without")
    .option("--limit <rows>", "most rows, at most 5000", "200")
    .action(async ({ step, since, until, ...options }: Options) => {
      const now = Date.now();
      const query = {
        ...options,
        ...(since !== undefined && { since: instantOf(since, now) }),
        ...(until !== undefined && { until: instantOf(until, now) }),
        ...(step !== undefined && { step_seconds: secondsOf(step) }),
      };
      const answer = await ask(line.connection(), showSeries, { query, written: WRITTEN });
      if (line.json()) return line.say(JSON.stringify(answer));
      if (answer.data.length === 0) return line.say(`No calls from ${answer.since} to ${answer.until}.`);
      const by = options.by === "" ? [] : (options.by.split(",") as (typeof SERIES_DIMENSIONS)[number][]);
      const head = [
        ...(step === undefined ? [] : ["from"]),
        ...by,
        "calls",
        "failed",
        "left",
        "p50",
        "p95",
        "first token p50",
        "usd",
      ];
      const rows = answer.data.map((sum) => [
        ...(step === undefined ? [] : [sum.at ?? ""]),
        ...by.map((each) => sum[each] || "–"),
        String(sum.calls),
        share(sum.failed, sum.calls),
        share(sum.abandoned, sum.calls),
        milliseconds(sum.latency?.p50.ms),
        milliseconds(sum.latency?.p95.ms),
        milliseconds(sum.first_token?.p50.ms),
        usd(sum.cost_pico),
      ]);
      line.say(formatTable([head, ...rows]));
      if (answer.is_cut) line.say("There is more; ask for less time or with --limit.");
    });
};

/** An instant as it is, or one so long ago. */
function instantOf(text: string, now: number): string {
  const ms = parseDurationMs(text);
  return ms === null ? text : new Date(now - ms).toISOString();
}

function secondsOf(step: string): number {
  const ms = parseDurationMs(step);
  if (ms === null) throw new CliError(`--step is no duration: ${step}`, "Write it like 1m, 15m, 1h or 1d.");
  return ms / 1_000;
}

const share = (part: number, whole: number): string =>
  part === 0 ? "0" : `${part} (${((100 * part) / whole).toFixed(1)} %)`;

const milliseconds = (ms: number | undefined): string =>
  ms === undefined ? "–" : `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
