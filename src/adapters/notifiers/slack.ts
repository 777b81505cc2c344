import type { Telling, TellingAlert } from "../../domain/alerts/delivery.ts";
import type { SlackSettings } from "../../domain/alerts/notifier-settings.ts";
import type { Notifier } from "../../ports/notifier.ts";
import { noteOf, statusTrouble } from "./post-json.ts";
import type { NotifierGround } from "./notifier-ground.ts";
import { readSecret } from "./read-secret.ts";

/** Bounds of Slack's blocks: characters of a header and of a section, and how many alerts are told one by one. */
const MOST_HEADER = 150;
const MOST_SECTION = 3_000;
const MOST_ALERTS = 10;

const FINAL: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 410]);

/** Slack by an incoming webhook. */
export const createSlack =
  ({ urlEnv, allowPrivate }: SlackSettings, { variables, poster }: NotifierGround): Notifier =>
  async ({ telling }) => {
    const secret = readSecret(variables, urlEnv);
    if ("trouble" in secret) return secret;
    const answer = await poster.post({ url: secret.text, body: messageOf(telling), allowPrivate });
    if (!("status" in answer)) return answer;
    if (answer.status === 200) return { isSent: true, note: noteOf(answer.text) };
    return statusTrouble(answer, (status) => FINAL.has(status));
  };

/** A message as Slack takes it: text for notifications, blocks for who looks. The severity is a word, not only a colour. */
function messageOf(telling: Telling): unknown {
  const { reason, status, severity, title, alerts, more, environment, endpoint, by, url } = telling;
  const state = reason === "change" ? "change" : reason === "test" ? "test" : status === "resolved" ? "over" : severity;
  const head = `[${state}] ${endpoint ?? "Rollward"} (${environment})`;
  const shown = reason === "change" ? [] : alerts.slice(0, MOST_ALERTS);
  const left = more + Math.max(0, alerts.length - MOST_ALERTS);
  const notes = [
    ...(by === null ? [] : [`Acknowledged by ${escaped(by)}.`]),
    ...(left > 0 && reason !== "change" ? [`${left} more.`] : []),
    ...(url === null ? [] : [`<${url}|Open Rollward>`]),
  ];
  return {
    text: escaped(`${head}: ${title}`).slice(0, MOST_SECTION),
    blocks: [
      { type: "header", text: { type: "plain_text", text: head.slice(0, MOST_HEADER) } },
      section(escaped(title)),
      ...shown.map((alert) => section(lineOf(alert))),
      ...(notes.length > 0
        ? [{ type: "context", elements: [{ type: "mrkdwn", text: notes.join(" ").slice(0, MOST_SECTION) }] }]
        : []),
    ],
  };
}

const section = (text: string): unknown => ({
  type: "section",
  text: { type: "mrkdwn", text: text.slice(0, MOST_SECTION) },
});

function lineOf({ status, severity, summary, runbook, startsAt, endsAt }: TellingAlert): string {
  const since = new Date(startsAt).toISOString();
  const time = endsAt === null ? `since ${since}` : `${since} to ${new Date(endsAt).toISOString()}`;
  const link = runbook === null ? "" : ` <${runbook.replace(/[<>|]/g, encodeURIComponent)}|Runbook>`;
  return `*${status === "resolved" ? "over" : severity}* ${escaped(summary)} (${time})${link}`;
}

/** Slack's three characters: what users wrote must not become a link or a mention. */
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
