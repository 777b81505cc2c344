import type { z } from "zod";
import { listChanges, showNow } from "../contract/now.ts";
import type { changeView, figureView, nowView } from "../contract/now.ts";
import { formatDuration } from "../kit/duration.ts";
import { ask } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";
import { signedUsd } from "./signed-usd.ts";
import { sinceWhen } from "./time-span.ts";

type Now = z.output<typeof nowView>;
type Figure = z.output<typeof figureView>;
type Change = z.output<typeof changeView>;

/** `rollward now` and `rollward changes`: what is happening, why, and what to do. */
export const now: AddCommand = (program, line) => {
  program
    .command("now")
    .description("what is happening, since when, why, what was done about it, and what you can do")
    .option("--endpoint <name>", "only this endpoint")
    .action(async ({ endpoint }: { readonly endpoint?: string }) => {
      const query = { ...(endpoint !== undefined && { endpoint }) };
      const view = await ask(line.connection(), showNow, { query, written: { endpoint: "--endpoint" } });
      line.say(line.json() ? JSON.stringify(view) : formatNow(view));
    });
  program
    .command("changes")
    .description("what changed, newest first: rollouts, applies, keys, flags, pauses, freezes, providers, alerts")
    .option("--since <time>", "since when: 6h, 2d, or an instant", "1h")
    .option("--endpoint <name>", "only this endpoint")
    .option("--kind <kind>", "only this kind, e.g. rollout")
    .option("-n, --limit <count>", "how many, at most 500", "100")
    .action((options: ChangesOptions) => tellChanges(line, options));
};

interface ChangesOptions {
  readonly since: string;
  readonly endpoint?: string;
  readonly kind?: string;
  readonly limit: string;
}

async function tellChanges(line: CommandLine, { since, ...filter }: ChangesOptions): Promise<void> {
  const answer = await ask(line.connection(), listChanges, {
    query: { ...filter, since: sinceWhen(since, Date.now()) },
    written: { kind: "--kind", endpoint: "--endpoint", limit: "--limit" },
  });
  const more = answer.left_off > 0 ? `\n${answer.left_off} older ones are not shown; --limit shows more.` : "";
  const text = answer.data.length === 0 ? "Nothing changed." : `${formatChanges(answer.data)}${more}`;
  line.say(line.json() ? JSON.stringify(answer) : text);
}

/** The view as text: the sentence first, then why, how much, and what to do. */
function formatNow(view: Now): string {
  const others = view.situations.slice(1).map(({ severity, sentence }) => `${severity}: ${sentence}`);
  const parts = [
    `${view.severity === "ok" ? "" : `${view.severity.toUpperCase()}  `}${view.sentence}`,
    ...(others.length === 0 ? [] : [`Everything else:\n${others.join("\n")}`]),
    formatTable([["", "now", "usual", "from"], ...view.figures.map(figureRow)]),
    ...(view.reach === null ? [] : [reachLine(view.reach, view.reach.until < view.at)]),
    ...(view.failures.length === 0
      ? []
      : [`What fails, in the last 5 minutes:\n${view.failures.map(failureLine).join("\n")}`]),
    `Changed in the last hour:\n${view.changes.length === 0 ? "nothing" : formatChanges(view.changes)}`,
    `You can:\n${view.actions.map(actionLines).join("\n")}`,
    ...(view.acknowledged.length === 0
      ? ["Nobody has acknowledged anything."]
      : view.acknowledged.map(({ by, at, what }) => `${by} has taken on ${what} at ${clock(at)}.`)),
    ...view.incidents.map(incidentLine),
    view.telemetry.healthy ? "What is shown can be trusted." : `Mind what is shown: ${view.telemetry.sentence}`,
  ];
  return parts.join("\n\n");
}

function figureRow({
  label,
  value,
  n,
  baseline,
  unit,
  window_seconds: window,
  refused,
  firing,
}: Figure): readonly string[] {
  const alarm = firing === null ? "" : `  ← the alert ${firing} fires`;
  const span = `${n.toLocaleString("en-US")} in ${formatDuration(window * 1_000)}`;
  const beside = refused === 0 ? "" : ` and ${refused.toLocaleString("en-US")} refused`;
  return [label, `${told(value, unit)}${beside}`, `${told(baseline.value, unit)}${alarm}`, span];
}

function told(value: number | null, unit: Figure["unit"]): string {
  if (value === null) return "no data";
  switch (unit) {
    case "share":
      return `${Number((value * 100).toFixed(2))} %`;
    case "ms":
      return formatDuration(value);
    case "usd/min":
      return `$${value < 0.01 ? Number(value.toPrecision(2)) : value.toFixed(2)}`;
    default:
      return value.toFixed(2);
  }
}

/** What a trouble has done, until it was over where it is. */
function reachLine(reach: NonNullable<Now["reach"]>, isOver: boolean): string {
  const { calls, of_calls: all, users, endpoints, since, until, cost_pico: cost } = reach;
  const least = users?.at_least === true ? "at least " : "";
  const who =
    users === null ? "nobody knows how many users" : `${least}${users.count} ${users.count === 1 ? "user" : "users"}`;
  const where = endpoints.length === 0 ? "" : ` of ${endpoints.join(", ")}`;
  const time = isOver ? `from ${clock(since)} to ${clock(until)}` : `since ${clock(since)}`;
  return `Reached ${time}: ${calls} of ${all} calls${where} failed, ${who}; the failed calls cost ${costWords(cost, least)}.`;
}

/** Refused calls cost nothing; of how many nobody knows, neither. */
const costWords = (cost: string, least: string): string => (cost === "0" ? "nothing" : `${least}${signedUsd(cost)}`);

/** What is wrong before an endpoint is known has neither release nor model. */
function failureLine({ calls, words, endpoint, release, model }: Now["failures"][number]): string {
  const where = [release ?? endpoint, model].filter((one) => one !== null && one !== "");
  return `${calls} × ${words}${where.length === 0 ? "" : ` (${where.join(", ")})`}`;
}

const formatChanges = (changes: readonly Change[]): string =>
  changes.map(({ at, line, by }) => `${clock(at)}  ${line}${by === null ? "" : ` (${by})`}`).join("\n");

function actionLines({ label, effect, undo, why_not: whyNot, done, request }: Now["actions"][number]): string {
  const already = done === null ? "" : ` ${done.line}`;
  if (request === null && whyNot === null) return `- ${label}: ${effect} Undo: ${undo}`;
  if (request === null) return `- ${label}: not now. ${whyNot}${already}`;
  return `- ${label} (POST ${request.path}): ${effect} Undo: ${undo}${already}`;
}

/** One that is well again and that nobody has said so of wants a word. */
function incidentLine({ id, title, state, well_since: since }: Now["incidents"][number]): string {
  const line = `Incident ${id} (${state}): ${title}`;
  if (since === null) return line;
  const wants = state === "monitoring" ? "" : "; nobody has said so yet: `rollward incidents update`";
  return `${line}. Its calls are well again since ${clock(since)}${wants}.`;
}

/** The time of day of an instant, UTC. */
const clock = (instant: string): string => `${instant.slice(11, 19)} UTC`;
