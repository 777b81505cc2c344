import type { z } from "zod";
import { listChanges, showNow } from "../contract/now.ts";
import type { changeView, figureView, nowView } from "../contract/now.ts";
import { formatDuration, parseDurationMs } from "../kit/duration.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand } from "./command-line.ts";
import { formatTable } from "./format-table.ts";
import { signedUsd } from "./signed-usd.ts";

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
    .option("--since <span>", "how far back, like 6h or 2d", "1h")
    .option("--endpoint <name>", "only this endpoint")
    .option("--kind <kind>", "only this kind, e.g. rollout")
    .action(
      async ({ since, ...filter }: { readonly since: string; readonly endpoint?: string; readonly kind?: string }) => {
        const ms = parseDurationMs(since);
        if (ms === null) throw new CliError(`${since} is no time span.`, "Write it like 90m, 6h or 2d.");
        const query = { ...filter, since: new Date(Date.now() - ms).toISOString() };
        const answer = await ask(line.connection(), listChanges, {
          query,
          written: { kind: "--kind", endpoint: "--endpoint" },
        });
        const more = answer.left_off > 0 ? `\n${answer.left_off} older ones are not shown.` : "";
        const text = answer.data.length === 0 ? "Nothing changed." : `${formatChanges(answer.data)}${more}`;
        line.say(line.json() ? JSON.stringify(answer) : text);
      },
    );
};

/** The view as text: the sentence first, then why, how much, and what to do. */
function formatNow(view: Now): string {
  const others = view.situations.slice(1).map(({ severity, sentence }) => `${severity}: ${sentence}`);
  const parts = [
    `${view.severity === "ok" ? "" : `${view.severity.toUpperCase()}  `}${view.sentence}`,
    ...(others.length === 0 ? [] : [`Everything else:\n${others.join("\n")}`]),
    formatTable([["", "now", "usual", "from"], ...view.figures.map(figureRow)]),
    ...(view.reach === null ? [] : [reachLine(view.reach)]),
    ...(view.failures.length === 0
      ? []
      : [
          `What fails:\n${view.failures.map(({ calls, words, endpoint, release, model }) => `${calls} × ${words} (${[release ?? endpoint, model].filter((one) => one !== null).join(", ")})`).join("\n")}`,
        ]),
    `Changed in the last hour:\n${view.changes.length === 0 ? "nothing" : formatChanges(view.changes)}`,
    `You can:\n${view.actions.map(actionLines).join("\n")}`,
    ...(view.acknowledged.length === 0
      ? ["Nobody has acknowledged anything."]
      : view.acknowledged.map(({ by, at, what }) => `${by} has taken on ${what} at ${clock(at)}.`)),
    ...view.incidents.map(({ id, title, state }) => `Incident ${id} (${state}): ${title}`),
    view.telemetry.healthy ? "What is shown can be trusted." : `Mind what is shown: ${view.telemetry.sentence}`,
  ];
  return parts.join("\n\n");
}

function figureRow({ label, value, n, baseline, unit, window_seconds: window, firing }: Figure): readonly string[] {
  const alarm = firing === null ? "" : `  ← the alert ${firing} fires`;
  const span = `${n.toLocaleString("en-US")} in ${formatDuration(window * 1_000)}`;
  return [label, told(value, unit), `${told(baseline.value, unit)}${alarm}`, span];
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

function reachLine({
  calls,
  of_calls: all,
  users,
  endpoints,
  since,
  cost_pico: cost,
}: NonNullable<Now["reach"]>): string {
  const least = users?.at_least === true ? "at least " : "";
  const who =
    users === null ? "nobody knows how many users" : `${least}${users.count} ${users.count === 1 ? "user" : "users"}`;
  const where = endpoints.length === 0 ? "" : ` of ${endpoints.join(", ")}`;
  return `Reached since ${clock(since)}: ${calls} of ${all} calls${where} failed, ${who}; the failed calls cost ${least}${signedUsd(cost)} USD.`;
}

const formatChanges = (changes: readonly Change[]): string =>
  changes.map(({ at, line, by }) => `${clock(at)}  ${line}${by === null ? "" : ` (${by})`}`).join("\n");

function actionLines({ label, effect, undo, why_not: whyNot, done, request }: Now["actions"][number]): string {
  const already = done === null ? "" : ` ${done.line}`;
  if (request === null) return `- ${label}: not now. ${whyNot ?? ""}${already}`;
  return `- ${label} (POST ${request.path}): ${effect} Undo: ${undo}${already}`;
}

/** The time of day of an instant, UTC. */
const clock = (instant: string): string => `${instant.slice(11, 19)} UTC`;
