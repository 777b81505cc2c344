import type { Command } from "commander";
import type { z } from "zod";
import { explainSpend, forecastSpend, listSpendAnomalies, showSpend } from "../contract/spend.ts";
import { ask } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";
import { signedUsd as usd } from "./signed-usd.ts";

interface Filters {
  readonly endpoint?: string;
  readonly key?: string;
  readonly user?: string;
}

/** `rollward spend show|why|forecast|anomalies`. */
export const spend: AddCommand = (program, line) => {
  const group = program.command("spend").description("what calls cost");
  addShow(filtered(group, "show", "what was spent, the dearest first"), line);
  addWhy(filtered(group, "why", "why the last hours cost more or less than those before"), line);
  filtered(group, "forecast", "what the day and the month are expected to come to").action((filters: Filters) =>
    tellForecast(line, filters),
  );
  group
    .command("anomalies")
    .description("endpoints, users and tenants whose present or last hour is too dear")
    .action(() => tellAnomalies(line));
};

const filtered = (group: Command, name: string, description: string): Command =>
  group
    .command(name)
    .description(description)
    .option("--endpoint <name>", "only this endpoint")
    .option("--key <id>", "only this key")
    .option("--user <name>", "only this user");

/** What the fields of these requests are called here. */
const WRITTEN = {
  endpoint: "--endpoint",
  key: "--key",
  user: "--user",
  by: "--by",
  since: "--since",
  until: "--until",
  hours: "--hours",
  against_hours_ago: "--against",
};

type Dimension = "hour" | "endpoint" | "model" | "key" | "user";

function addShow(command: Command, line: CommandLine): void {
  command
    .option("--by <dimensions>", "comma-separated: hour, endpoint, model, key, user", "endpoint,model")
    .option("--since <instant>", "ISO 8601; 24 hours ago by default")
    .option("--until <instant>", "ISO 8601; now by default")
    .action(async (options: Filters & { readonly by: string; readonly since?: string; readonly until?: string }) => {
      const answer = await ask(line.connection(), showSpend, { query: { ...options }, written: WRITTEN });
      const dimensions = options.by.split(",") as readonly Dimension[];
      const rows = answer.data.map((sum) => [
        ...dimensions.map((each) => sum[each] || "–"),
        String(sum.calls),
        String(sum.tokens.input + sum.tokens.cached_input + sum.tokens.cache_write),
        String(sum.tokens.output + sum.tokens.reasoning),
        usd(sum.cost_pico),
        usd(sum.cache_saved_pico),
      ]);
      const head = [...dimensions, "calls", "tokens in", "tokens out", "usd", "saved by prompt caches"];
      line.say(line.json() ? JSON.stringify(answer) : formatTable([head, ...rows]));
    });
}

function addWhy(command: Command, line: CommandLine): void {
  command
    .option("--hours <count>", "how many hours", "24")
    .option("--against <hours>", "how many hours before them; the same number by default")
    .action(async ({ against, ...options }: Filters & { readonly hours: string; readonly against?: string }) => {
      const query = { ...options, ...(against !== undefined && { against_hours_ago: against }) };
      const change = await ask(line.connection(), explainSpend, { query, written: WRITTEN });
      const rows = [
        ["before", usd(change.before_pico)],
        ["number of calls", usd(change.volume_pico)],
        ["models", usd(change.mix_pico)],
        ["tokens per call", usd(change.tokens_pico)],
        ["kinds of tokens", usd(change.classes_pico)],
        ["prices", usd(change.price_pico)],
        ["after", usd(change.after_pico)],
      ];
      if (line.json()) return line.say(JSON.stringify(change));
      line.say(formatTable(rows));
      const nothing = nothingIn(change);
      if (nothing !== null) line.say(nothing);
    });
}

/** Said where a comparison has one side only. */
function nothingIn({ before_pico: before, after_pico: after }: z.output<typeof explainSpend.answer>): string | null {
  if (before !== "0") return null;
  return after === "0"
    ? "Nothing was spent in either time."
    : "Nothing was spent before, so there is nothing to compare with.";
}

const NO_DAY = "no full day seen yet";

async function tellForecast(line: CommandLine, filters: Filters): Promise<void> {
  const { data } = await ask(line.connection(), forecastSpend, { query: { ...filters }, written: WRITTEN });
  const rows = data.map((one) => [
    one.window,
    one.ends_at,
    usd(one.spent_pico),
    one.expected_pico === null ? NO_DAY : usd(one.expected_pico),
    one.low_pico === null || one.high_pico === null ? "–" : `${usd(one.low_pico)} … ${usd(one.high_pico)}`,
    String(one.days),
  ]);
  const head = ["until the end of the", "ends", "spent", "expected", "cheapest … dearest day", "days seen"];
  line.say(line.json() ? JSON.stringify(data) : formatTable([head, ...rows]));
}

async function tellAnomalies(line: CommandLine): Promise<void> {
  const { data } = await ask(line.connection(), listSpendAnomalies);
  const rows = data.map((one) => [
    one.subject,
    one.hour,
    usd(one.spent_pico),
    usd(one.usual_pico),
    one.ratio === null ? "–" : `${one.ratio.toFixed(1)} ×`,
    one.why,
  ]);
  const text = data.length === 0 ? "Nothing is too dear." : formatTable([HEADING, ...rows]);
  line.say(line.json() ? JSON.stringify(data) : text);
}

const HEADING = ["whose", "hour", "spent", "usual", "ratio", "why"];
