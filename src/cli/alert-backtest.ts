import type { Command } from "commander";
import type { z } from "zod";
import { backtestAlerts } from "../contract/alerts.ts";
import { parseDurationMs } from "../kit/duration.ts";
import { ask, CliError } from "./ask.ts";
import type { CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

interface BacktestOptions {
  readonly days: string;
  readonly bound?: string;
}

type Backtest = z.output<typeof backtestAlerts.answer>;

const PICO_PER_USD = 1e12;

/** `rollward alerts backtest`: what would have fired, by the stored numbers. */
export function addAlertBacktest(group: Command, line: CommandLine): void {
  group
    .command("backtest [rule]")
    .description("when rules would have fired in the past, by the stored numbers of calls")
    .option("--days <n>", "how far back, at most 90", "30")
    .option("--bound <value>", "in place of the rule's own: 5%, 8s, 1.50USD, or a number")
    .action(async (rule: string | undefined, { days, bound }: BacktestOptions) => {
      const body = {
        days: Number(days),
        ...(rule !== undefined && { rule }),
        ...(bound !== undefined && { bound: boundOf(bound) }),
      };
      const written = { rule: "The argument", days: "--days", bound: "--bound" };
      const answer = await ask(line.connection(), backtestAlerts, { body, written });
      line.say(line.json() ? JSON.stringify(answer) : wordsOf(answer));
    });
}

function wordsOf({ data, since, until, step_seconds: step, not_known: notKnown, is_cut: isCut }: Backtest): string {
  const times = (count: number): string => (count === 1 ? "once" : count === 2 ? "twice" : `${count} times`);
  const lines = data.map(
    ({ rule, fired }) => `${rule} ${fired === 0 ? "would not have fired" : `would have fired ${times(fired)}`}`,
  );
  const rows = data.flatMap(({ rule, episodes }) =>
    episodes.map(({ from, until: end, summary }) => [rule, from, end ?? "still", summary]),
  );
  return [
    `From ${since} to ${until}, looked at every ${step / 60} min:`,
    ...lines.map((each) => `  ${each}`),
    ...(rows.length > 0 ? ["", formatTable([["rule", "from", "until", "alert"], ...rows])] : []),
    ...(isCut ? ["", "There is more than was looked at: name one rule, or fewer days."] : []),
    ...(notKnown.length > 0 ? ["", `Nothing is kept of what these rules watch: ${notKnown.join(", ")}.`] : []),
  ].join("\n");
}

/** A bound in the signal's unit: shares in [0, 1], milliseconds, pico-dollars, numbers. */
function boundOf(text: string): number {
  const ms = parseDurationMs(text);
  if (ms !== null) return ms;
  const [, digits = "", unit = ""] = /^(\d{1,9}(?:\.\d{1,6})?) ?(%|USD)?$/.exec(text) ?? [];
  if (digits === "")
    throw new CliError(`\`${text.slice(0, 40)}\` is no bound.`, "Write it like 5%, 8s, 1.50USD or 12.");
  if (unit === "%") return Number(`${digits}e-2`);
  return unit === "USD" ? Number(digits) * PICO_PER_USD : Number(digits);
}
