import type { Command } from "commander";
import type { z } from "zod";
import {
  acknowledgeIncident,
  addActionItem,
  exportTestCases,
  listIncidents,
  mergeIncident,
  noteIncident,
  openIncident,
  ROLES,
  showIncident,
  showPostmortem,
  updateIncident,
} from "../contract/incidents.ts";
import type { incidentSummary, incidentView } from "../contract/incidents.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";
import { signedUsd } from "./signed-usd.ts";

type Summary = z.output<typeof incidentSummary>;
type Incident = z.output<typeof incidentView>;

interface UpdateOptions {
  readonly state?: string;
  readonly impact?: string;
  readonly title?: string;
  readonly message?: string;
  readonly public?: boolean;
  readonly lead?: string;
  readonly communications?: string;
  readonly scribe?: string;
}

/** `rollward incidents list|show|open|ack|note|update|resolve|merge|action|postmortem|test-cases`. */
export const incidents: AddCommand = (program, line) => {
  const group = program.command("incidents").description("what went wrong, who does what about it, and what is learnt");
  addReading(group, line);
  addOpening(group, line);
  addUpdating(group, line);
  addLearning(group, line);
};

function addReading(group: Command, line: CommandLine): void {
  group
    .command("list")
    .description("incidents, newest first")
    .option("--open", "only those that are not resolved")
    .option("--endpoint <name>", "only those about this endpoint")
    .action(async ({ open = false, endpoint }: { readonly open?: boolean; readonly endpoint?: string }) => {
      const query = { open: String(open), ...(endpoint !== undefined && { endpoint }) };
      const { data } = await ask(line.connection(), listIncidents, { query, written: { endpoint: "--endpoint" } });
      const head = ["incident", "began", "state", "impact", "endpoints", "title"];
      const text = data.length === 0 ? "No incidents." : formatTable([head, ...data.map(rowOf)]);
      line.say(line.json() ? JSON.stringify(data) : text);
    });
  group
    .command("show <incident>")
    .description("timeline, reach, updates and actions of an incident")
    .action(async (incident: string) => {
      tell(line, await ask(line.connection(), showIncident, { params: { incident } }));
    });
}

function addOpening(group: Command, line: CommandLine): void {
  group
    .command("open <title>")
    .description("opens an incident")
    .option("--impact <impact>", "none, minor, major or critical", "minor")
    .option("--endpoint <name...>", "endpoints that it is about; the whole environment without it")
    .option("--note <text>", "a first line for the timeline")
    .action(
      async (
        title: string,
        { endpoint = [], ...rest }: { readonly endpoint?: readonly string[]; readonly impact: string },
      ) => {
        const body = { title, endpoints: endpoint, ...rest };
        const written = { title: "The argument", impact: "--impact", endpoints: "--endpoint", note: "--note" };
        tell(line, await ask(line.connection(), openIncident, { body, written }));
      },
    );
  group
    .command("ack <incident>")
    .description("says that you have taken it on")
    .action(async (incident: string) => {
      answer(line, await ask(line.connection(), acknowledgeIncident, { params: { incident }, body: {} }));
    });
  group
    .command("note <incident> <text>")
    .description("adds a line to the timeline; never public")
    .action(async (incident: string, note: string) => {
      answer(line, await ask(line.connection(), noteIncident, { params: { incident }, body: { note } }));
    });
}

function addUpdating(group: Command, line: CommandLine): void {
  group
    .command("update <incident>")
    .description("says how it stands")
    .option("--state <state>", "investigating, identified, monitoring or resolved")
    .option("--impact <impact>", "none, minor, major or critical")
    .option("--title <title>", "another title")
    .option("-m, --message <text>", "an update in words")
    .option("--public", "shows the message, and the incident from now on, on the status page")
    .option("--lead <name>", "who leads")
    .option("--communications <name>", "who tells people")
    .option("--scribe <name>", "who writes it down")
    .action((incident: string, options: UpdateOptions) => update(line, incident, options));
  group
    .command("resolve <incident>")
    .description("says that it is over")
    .option("-m, --message <text>", "an update in words")
    .option("--public", "shows the message on the status page")
    .action((incident: string, options: UpdateOptions) => update(line, incident, { ...options, state: "resolved" }));
  group
    .command("merge <incident> <into>")
    .description("merges an incident into another one, which takes over its alerts, endpoints and notes")
    .action(async (incident: string, into: string) => {
      tell(line, await ask(line.connection(), mergeIncident, { params: { incident }, body: { into } }));
    });
}

function addLearning(group: Command, line: CommandLine): void {
  group
    .command("action <incident> <text>")
    .description("adds something to be done afterwards")
    .option("--owner <name>", "who does it")
    .option("--due <day>", "until when, 2026-12-01")
    .option("--call <id>", "a recorded call that it becomes a test case of")
    .action(async (incident: string, text: string, options: Readonly<Record<string, string>>) => {
      const written = { due: "--due", call: "--call", owner: "--owner" };
      tell(
        line,
        await ask(line.connection(), addActionItem, { params: { incident }, body: { text, ...options }, written }),
      );
    });
  group
    .command("postmortem <incident>")
    .description("a draft of the post-mortem in Markdown, from the records")
    .action(async (incident: string) => {
      const answer = await ask(line.connection(), showPostmortem, { params: { incident } });
      line.say(line.json() ? JSON.stringify(answer) : answer.markdown);
    });
  group
    .command("test-cases <incident>")
    .description("test cases, as JSON, from the actions that name a call")
    .action(async (incident: string) => {
      const { data } = await ask(line.connection(), exportTestCases, { params: { incident } });
      line.say(JSON.stringify(data, null, line.json() ? 0 : 2));
    });
}

async function update(line: CommandLine, incident: string, options: UpdateOptions): Promise<void> {
  const { lead, communications, scribe, ...rest } = options;
  const given = { lead, communications, scribe };
  const roles = Object.fromEntries(ROLES.flatMap((role) => (given[role] === undefined ? [] : [[role, given[role]]])));
  if (Object.keys(rest).length === 0 && Object.keys(roles).length === 0) {
    throw new CliError("There is nothing to say.", "`rollward incidents update --help` lists what can be said.");
  }
  const written = { state: "--state", impact: "--impact", title: "--title", message: "--message" };
  const body = { ...rest, ...(Object.keys(roles).length > 0 && { roles }) };
  const updated = await ask(line.connection(), updateIncident, { params: { incident }, body, written });
  const isPrivate = updated.public && rest.message !== undefined && rest.public !== true;
  answer(line, updated, isPrivate ? privateWords(updated) : "");
}

/** A message that the public does not see, of an incident that it does. */
const privateWords = ({ state }: Incident): string =>
  state === "resolved"
    ? ' Your message is for us only; the status page says "This incident has been resolved." `--public` shows a message there.'
    : " Your message is for us only: the status page goes on showing what it said last. `--public` shows a message there.";

const tell = (line: CommandLine, incident: Incident): void =>
  line.say(line.json() ? JSON.stringify(incident) : formatIncident(incident));

/** A short answer to what was said: how it stands now. */
function answer(line: CommandLine, incident: Incident, more = ""): void {
  if (line.json()) return line.say(JSON.stringify(incident));
  const { id, title, state, impact, acknowledged, lead } = incident;
  const who = acknowledged === null ? "nobody has acknowledged it" : `${acknowledged.by} has taken it on`;
  const leads = lead === null ? "" : `, ${lead} leads`;
  const seen = incident.public ? "on the status page" : "not public";
  line.say(`${id} is ${state}, impact ${impact}: ${title}\n${who}${leads}; ${seen}.${more}`);
}

const rowOf = ({ id, started_at: began, state, impact, endpoints, title, merged_into: into }: Summary): string[] => [
  id,
  began,
  into === null ? state : `merged into ${into}`,
  impact,
  endpoints.join(", ") || "all",
  title,
];

function formatIncident(incident: Incident): string {
  const {
    id,
    title,
    state,
    impact,
    endpoints,
    started_at: began,
    resolved_at: resolved,
    likely_cause: cause,
    likely_cause_at: causeAt,
  } = incident;
  const roles = ROLES.flatMap((role) => (incident.roles[role] === null ? [] : [`${role}: ${incident.roles[role]}`]));
  return [
    `${title}\n${id}: ${state}, impact ${impact}, ${endpoints.join(", ") || "the whole environment"}`,
    `Began ${began}${resolved === null ? "" : `, resolved ${resolved}`}. ${incident.acknowledged === null ? "Nobody has acknowledged it." : `${incident.acknowledged.by} has taken it on.`}${roles.length === 0 ? "" : ` ${roles.join(", ")}.`}`,
    reachLine(incident.reach),
    ...(cause === null ? [] : [`Probably because of a change at ${stamp(causeAt ?? began)}: ${cause}`]),
    ...wellLines(incident),
    ["Timeline (UTC), newest first:", ...incident.timeline.toReversed().map(timelineLine)].join("\n"),
    ...(incident.actions.length === 0 ? [] : [["To be done:", ...incident.actions.map(actionLine)].join("\n")]),
  ].join("\n\n");
}

/** That it is well again and what mended it, and that nobody has said so yet. */
function wellLines({ id, state, well_since: since, mended_by: mended, public: isPublic }: Incident): readonly string[] {
  if (since === null) return [];
  const cure =
    mended === null
      ? ""
      : ` Probably mended at ${stamp(mended.at)}${mended.by === null ? "" : ` by ${mended.by}`}: ${mended.line}`;
  const well = `Calls are well again since ${stamp(since)}.${cure}`;
  if (state === "resolved" || state === "monitoring") return [well];
  const page = isPublic ? ", and the status page tells the public so" : "";
  return [
    well,
    `It still is ${state}${page}: \`rollward incidents update ${id} --state monitoring -m "…"\`, or resolve.`,
  ];
}

function reachLine({ since, until, calls, failed, users, cost_pico: cost }: Incident["reach"]): string {
  const least = users?.at_least === true ? "at least " : "";
  const who = users === null ? "no data on users" : `${least}${users.count} ${users.count === 1 ? "user" : "users"}`;
  const money =
    cost === null
      ? "no data on their cost"
      : `the failed calls cost ${cost === "0" ? "nothing" : `${least}${signedUsd(cost)}`}`;
  return `Reached: ${failed ?? "no data"} of ${calls ?? "no data"} calls failed, ${who}; ${money} (${stamp(since)} to ${stamp(until)}).`;
}

const stamp = (instant: string): string => instant.slice(0, 19).replace("T", " ");

const timelineLine = ({ at, source, by, line }: Incident["timeline"][number]): string =>
  `${stamp(at)}  ${source.padEnd(8)}  ${line}${by === null ? "" : ` (${by})`}`;

const actionLine = ({ text, owner, due, done_at: done }: Incident["actions"][number]): string =>
  `- [${done === null ? " " : "x"}] ${text}${owner === null ? "" : `, ${owner}`}${due === null ? "" : `, until ${due}`}`;
