import type { Command } from "commander";
import type { z } from "zod";
import { createSilence, endSilence, listSilences } from "../contract/alerts.ts";
import type { silenceView } from "../contract/alerts.ts";
import { parseDurationMs } from "../kit/duration.ts";
import { ask, CliError } from "./ask.ts";
import type { CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

type Silence = z.output<typeof silenceView>;
type Matcher = Silence["matchers"][number];

interface SilenceOptions {
  readonly for: string;
  readonly reason: string;
}

/** `rollward alerts silence`, `silences` and `unsilence`. */
export function addAlertSilences(group: Command, line: CommandLine): void {
  group
    .command("silence <matcher...>")
    .description(
      "nobody is told of alerts whose labels meet all of label=value, label!=value, label~pattern* for a time",
    )
    .requiredOption("--for <duration>", "how long, such as 2h (required)")
    .requiredOption("--reason <text>", "why; kept with your key's name (required)")
    .action(async (matchers: readonly string[], { for: length, reason }: SilenceOptions) => {
      const ms = parseDurationMs(length);
      if (ms === null) throw new CliError(`\`${length.slice(0, 40)}\` is no duration.`, "Write it like 30m, 2h or 1d.");
      const made = await ask(line.connection(), createSilence, {
        body: { matchers: matchers.map(matcherOf), for_seconds: Math.round(ms / 1_000), reason },
        written: { for_seconds: "--for", reason: "--reason" },
      });
      line.say(line.json() ? JSON.stringify(made) : `Silenced until ${made.ends_at} (${made.id}): ${wordsOf(made)}`);
    });
  group
    .command("silences")
    .description("silences that are not over")
    .option("--all", "also those that are")
    .action(async ({ all = false }: { readonly all?: boolean }) => {
      const { data } = await ask(line.connection(), listSilences, { query: { all: String(all) } });
      const rows = data.map((each) => [each.id, wordsOf(each), each.ended_at ?? each.ends_at, each.by, each.reason]);
      line.say(
        line.json() ? JSON.stringify(data) : formatTable([["silence", "alerts", "until", "by", "reason"], ...rows]),
      );
    });
  group
    .command("unsilence <silence>")
    .description("ends a silence now")
    .action(async (silence: string) => {
      const ended = await ask(line.connection(), endSilence, {
        params: { silence },
        written: { silence: "The argument" },
      });
      line.say(line.json() ? JSON.stringify(ended) : `Alerts are told again: ${wordsOf(ended)}`);
    });
}

const SIGNS: readonly (readonly [sign: string, op: Matcher["op"]])[] = [
  ["!=", "is-not"],
  ["~", "like"],
  ["=", "is"],
];

function matcherOf(text: string): Matcher {
  for (const [sign, op] of SIGNS) {
    const at = text.indexOf(sign);
    if (at > 0) return { label: text.slice(0, at), op, value: text.slice(at + sign.length) };
  }
  throw new CliError(
    `\`${text.slice(0, 80)}\` matches nothing.`,
    "Write it like endpoint=support-bot or alertname~errors*.",
  );
}

const signOf = (op: Matcher["op"]): string => SIGNS.find(([, each]) => each === op)?.[0] ?? "=";

const wordsOf = ({ matchers }: Silence): string =>
  matchers.map(({ label, op, value }) => `${label}${signOf(op)}${value}`).join(" ");
