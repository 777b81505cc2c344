import { formatDuration } from "../../kit/duration.ts";
import type { Change } from "../changes/change.ts";
import { actorName } from "./incident.ts";
import type { ActionItem, Incident, IncidentRecovery } from "./incident.ts";
import type { TimelineEntry } from "./timeline-of.ts";

/** Whom an incident has reached, as far as a post-mortem tells it. */
export interface PostmortemReach {
  readonly calls: number | null;
  readonly failed: number | null;
  readonly users: { readonly count: number; readonly isAtLeast: boolean } | null;
  /** Of the failed calls. */
  readonly costPico: bigint | null;
}

/** What a draft is written from. */
export interface PostmortemTerms {
  readonly incident: Incident;
  readonly timeline: readonly TimelineEntry[];
  readonly reach: PostmortemReach;
  /** The change that is the likeliest cause. */
  readonly cause: Change | null;
  /** Since when its calls are well, and what mended them; `null` where nobody knows. */
  readonly recovered: IncidentRecovery | null;
  readonly now: number;
}

/** What stands where a person has to write. */
const TO_WRITE = "_To be written._";

/**
 * A draft of the post-mortem in Markdown: what the records say is filled in, what only people know is left open. Text of people
 * and of records is escaped, so that it stays text.
 */
export function writePostmortem(terms: PostmortemTerms): string {
  const { incident, timeline } = terms;
  const { findings } = incident;
  return [
    `# ${escaped(incident.title)}`,
    summary(terms),
    "## Impact",
    impactOf(terms),
    "## Timeline",
    "Times are UTC.",
    timeline.map(timelineLine).join("\n"),
    "## Trigger",
    findings.trigger === null ? triggerGuess(terms) : escaped(findings.trigger),
    "## Mended",
    mendedBy(terms),
    "## Root causes",
    list(findings.rootCauses),
    "## Detection",
    detection(terms),
    "## What went well",
    list(findings.wentWell),
    "## What went badly",
    list(findings.wentBadly),
    "## Where we were lucky",
    list(findings.byLuck),
    "## Action items",
    actionItems(incident.actions),
  ]
    .join("\n\n")
    .concat("\n");
}

function summary({ incident, recovered, now }: PostmortemTerms): string {
  const { id, environment, state, impact, startedAt, resolvedAt, endpoints, roles } = incident;
  const end = recovered?.at ?? resolvedAt;
  const lasted = formatDuration((end ?? now) - startedAt);
  const rows = [
    ["Incident", id],
    ["Environment", environment],
    ["Endpoints", endpoints.length === 0 ? "all" : endpoints.join(", ")],
    ["State", state],
    ["Impact", impact],
    ["Began", stamp(startedAt)],
    ...(recovered === null ? [] : [["Calls well again", stamp(recovered.at)]]),
    ["Resolved", resolvedAt === null ? "not yet" : stamp(resolvedAt)],
    ["Lasted", end === null ? `${lasted} so far` : lasted],
    ["Lead", roles.lead ?? "nobody"],
  ];
  return ["| | |", "|---|---|", ...rows.map(([name = "", value = ""]) => `| ${name} | ${escaped(value)} |`)].join("\n");
}

function impactOf({ reach }: PostmortemTerms): string {
  const { calls, failed, users, costPico } = reach;
  const told = (value: number | null): string => (value === null ? "no data" : value.toLocaleString("en-US"));
  const share = calls === null || failed === null || calls === 0 ? "" : ` (${((100 * failed) / calls).toFixed(1)} %)`;
  const who = users === null ? "no data" : `${users.isAtLeast ? "at least " : ""}${told(users.count)}`;
  const usd = costPico === null ? "no data" : `$${(Number(costPico / 1_000_000n) / 1e6).toFixed(2)}`;
  return [
    `- Calls that failed: ${told(failed)} of ${told(calls)}${share}`,
    `- Users who had a failed call: ${who}`,
    `- What the failed calls cost: ${users?.isAtLeast === true && costPico !== null ? "at least " : ""}${usd}`,
  ].join("\n");
}

const timelineLine = ({ at, source, by, line }: TimelineEntry): string =>
  `- ${stamp(at)} · ${source}${by === null ? "" : ` · ${escaped(by)}`} · ${escaped(line)}`;

const triggerGuess = ({ cause }: PostmortemTerms): string =>
  cause === null
    ? `Nothing changed in the hour before, as far as is recorded. ${TO_WRITE}`
    : `Probably, by its time and kind: ${escaped(cause.line)} (${stamp(cause.at)}). ${TO_WRITE}`;

function mendedBy({ recovered }: PostmortemTerms): string {
  if (recovered === null) return TO_WRITE;
  const { at, cure } = recovered;
  const well = `The last call failed at ${stamp(at)}.`;
  if (cure === null)
    return `${well} Nothing that changed until then can have mended it, as far as is recorded. ${TO_WRITE}`;
  const who = cure.by === null ? "" : `, ${escaped(cure.by)}`;
  return `Probably, by its time and kind: ${escaped(cure.line)} (${stamp(cure.at)}${who}). ${well} ${TO_WRITE}`;
}

/** How it was noticed, and how long that took. */
function detection({ incident }: PostmortemTerms): string {
  const { alerts, openedAt, openedBy, startedAt, acknowledged } = incident;
  const [first] = alerts.toSorted((one, other) => one.firedAt - other.firedAt);
  const found =
    first === undefined
      ? `${escaped(actorName(openedBy))} opened it; no alert fired.`
      : `The alert ${escaped(first.rule)} fired ${formatDuration(Math.max(0, first.firedAt - startedAt))} after the beginning.`;
  const opened = `It was opened ${formatDuration(Math.max(0, openedAt - startedAt))} after the beginning.`;
  const taken =
    acknowledged === null
      ? "Nobody acknowledged it."
      : `${escaped(acknowledged.by)} took it on ${formatDuration(Math.max(0, acknowledged.at - openedAt))} after that.`;
  return [found, opened, taken].join(" ");
}

function actionItems(actions: readonly ActionItem[]): string {
  if (actions.length === 0) return TO_WRITE;
  const rows = actions.map(
    ({ text, owner, due, doneAt, call }) =>
      `| ${escaped(text)} | ${escaped(owner ?? "nobody")} | ${due ?? ""} | ${doneAt === null ? "open" : "done"} | ${call ?? ""} |`,
  );
  return ["| what | who | until | | test case of |", "|---|---|---|---|---|", ...rows].join("\n");
}

const list = (lines: readonly string[]): string =>
  lines.length === 0 ? TO_WRITE : lines.map((line) => `- ${escaped(line)}`).join("\n");

const stamp = (at: number): string => new Date(at).toISOString().slice(0, 19).replace("T", " ");

/** Text that Markdown takes for text, on one line. */
export const escaped = (text: string): string =>
  text.replaceAll(/[\r\n\t]+/g, " ").replaceAll(/[\\`*_[\]<>|#]/g, (sign) => `\\${sign}`);
