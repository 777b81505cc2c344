import type { Command } from "commander";
import type { z } from "zod";
import {
  acknowledgeAlert,
  listAlertRules,
  listAlerts,
  listDeliveries,
  listTransitions,
  testNotifier,
} from "../contract/alerts.ts";
import type { alertView, deliveryView, ruleView } from "../contract/alerts.ts";
import { addAlertBacktest } from "./alert-backtest.ts";
import { addAlertSilences } from "./alert-silences.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

type Alert = z.output<typeof alertView>;

/** `rollward alerts`: what fires, who was told, and what would have fired. */
export const alerts: AddCommand = (program, line) => {
  const group = program.command("alerts").description("what is wrong, who was told, and what would have been");
  group
    .command("list", { isDefault: true })
    .description("alerts that fire or are about to, the worst first")
    .option("--all", "also those that are over")
    .action(async ({ all = false }: { readonly all?: boolean }) => {
      const { data, ...rest } = await ask(line.connection(), listAlerts, {
        query: { all: String(all), limit: "1000" },
      });
      if (line.json()) return line.say(JSON.stringify({ data, ...rest }));
      line.say(data.length === 0 ? "Nothing fires." : tableOf(data));
      if (rest.notifiers.length === 0) line.say("Nobody is told of alerts: rollward.yaml names no notifiers.");
    });
  group
    .command("rules")
    .description("the rules in force, with what each finds now")
    .action(async () => {
      const { data } = await ask(line.connection(), listAlertRules, {});
      const head = ["rule", "severity", "watches", "now"];
      line.say(line.json() ? JSON.stringify(data) : formatTable([head, ...data.map(ruleRow)]));
    });
  group
    .command("history [fingerprint]")
    .description("what happened to alerts, newest first")
    .option("--limit <n>", "how many, at most 1000", "50")
    .action(async (fingerprint: string | undefined, { limit }: { readonly limit: string }) => {
      const query = { limit, ...(fingerprint !== undefined && { fingerprint }) };
      const { data } = await ask(line.connection(), listTransitions, { query });
      const rows = data.map(({ at, rule, severity, from, to, summary }) => [
        at,
        rule,
        severity,
        `${from} → ${to}`,
        summary,
      ]);
      line.say(
        line.json() ? JSON.stringify(data) : formatTable([["at", "rule", "severity", "change", "summary"], ...rows]),
      );
    });
  addTelling(group, line);
  addAlertSilences(group, line);
  addAlertBacktest(group, line);
};

/** Those about who is told. */
function addTelling(group: Command, line: CommandLine): void {
  group
    .command("ack <alert>")
    .description("says that you have seen a firing alert, by its fingerprint or its rule; nobody further is told")
    .option("--note <text>", "what you do about it")
    .action((alert: string, { note }: { readonly note?: string }) => acknowledge(line, alert, note));
  group
    .command("deliveries")
    .description("messages to notifiers, newest first: what was sent, what waits and why")
    .option("--notifier <name>", "those of one notifier")
    .option("--waiting", "those that were not taken yet")
    .action(async ({ notifier, waiting = false }: { readonly notifier?: string; readonly waiting?: boolean }) => {
      const query = { waiting: String(waiting), ...(notifier !== undefined && { notifier }) };
      const { data } = await ask(line.connection(), listDeliveries, { query });
      const head = ["created", "notifier", "why", "state", "tries", "message", "trouble"];
      line.say(line.json() ? JSON.stringify(data) : formatTable([head, ...data.map(deliveryRow)]));
    });
  group
    .command("test <notifier>")
    .description("sends a message that is marked as a test, and says what the other side answered")
    .action((notifier: string) => test(line, notifier));
}

async function acknowledge(line: CommandLine, alert: string, note: string | undefined): Promise<void> {
  const { data } = await ask(line.connection(), listAlerts, { query: { limit: "1000" } });
  const found = data.filter(
    ({ fingerprint, rule, status }) => status === "firing" && (fingerprint === alert || rule === alert),
  );
  if (found.length === 0) throw new CliError(`No alert ${alert} fires.`, "`rollward alerts` shows those that do.");
  const seen: Alert[] = [];
  for (const { fingerprint } of found) {
    const body = note === undefined ? {} : { note };
    seen.push(
      await ask(line.connection(), acknowledgeAlert, { params: { fingerprint }, body, written: { note: "--note" } }),
    );
  }
  if (line.json()) return line.say(JSON.stringify(seen));
  for (const { summary, acknowledged } of seen) line.say(`Acknowledged by ${acknowledged?.by ?? "nobody"}: ${summary}`);
}

async function test(line: CommandLine, notifier: string): Promise<void> {
  const answer = await ask(line.connection(), testNotifier, {
    body: { notifier },
    written: { notifier: "The argument" },
  });
  if (!answer.is_sent) line.exitWith(1);
  if (line.json()) return line.say(JSON.stringify(answer));
  const said = answer.answer === null ? "" : `: ${answer.answer}`;
  const what = answer.is_sent ? "took the test" : "did not take the test";
  line.say(`${answer.notifier} (${answer.kind}) ${what} in ${Math.round(answer.took_ms)} ms${said}`);
}

const tableOf = (alerts: readonly Alert[]): string =>
  formatTable([["severity", "status", "since", "rule", "seen by", "fingerprint", "alert"], ...alerts.map(alertRow)]);

const alertRow = ({
  severity,
  status,
  since,
  rule,
  summary,
  acknowledged,
  silenced_by: silence,
  fingerprint,
}: Alert): readonly string[] => [
  severity,
  silence === null ? status : `${status}, silenced`,
  since,
  rule,
  acknowledged?.by ?? "nobody",
  fingerprint,
  summary,
];

const ruleRow = ({ rule, severity, watches, findings }: z.output<typeof ruleView>): readonly string[] => {
  const bad = findings.filter(({ is_bad: isBad }) => isBad === true);
  const blind = findings.filter(({ is_bad: isBad }) => isBad === null);
  const now = bad[0]?.summary ?? (findings.length > 0 && blind.length === findings.length ? "no data" : "fine");
  return [rule, severity, watches, bad.length > 1 ? `${now} And ${bad.length - 1} more.` : now];
};

const deliveryRow = (one: z.output<typeof deliveryView>): readonly string[] => [
  one.created_at,
  one.notifier,
  one.reason,
  one.state.replace("_", " "),
  String(one.tries),
  one.title,
  one.trouble ?? "–",
];
