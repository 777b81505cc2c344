import type { z } from "zod";
import { liftPause, listPauses, openPause } from "../contract/pauses.ts";
import type { pauseSubject, pauseView } from "../contract/pauses.ts";
import { ask, CliError } from "./ask.ts";
import type { AddCommand, CommandLine } from "./command-line.ts";
import { formatTable } from "./format-table.ts";

type Subject = z.input<typeof pauseSubject>;
type Pause = z.output<typeof pauseView>;

interface SubjectOptions {
  readonly tenant?: string;
  readonly key?: string;
  readonly everything?: boolean;
  readonly model?: string;
}

const ONLY_HERE =
  "The database is away: only this server obeys it until that answers again. Say it to every other server too, with --url, or take them out of traffic.";

const NAME_ONE = "Name an endpoint, or --tenant, --key or --everything.";

const STILL_EVERYTHING = "Everything is still paused: `rollward resume --everything` lets calls in again.";

/** `rollward pause`, `rollward resume` and `rollward pauses`: the emergency stop. */
export const pause: AddCommand = (program, line) => {
  const about = (name: string, description: string) =>
    program
      .command(`${name} [endpoint]`)
      .description(description)
      .option("--tenant <tenant>", "the calls of a tenant")
      .option("--key <id>", "the calls of a key")
      .option("--everything", "all calls")
      .option("--model <provider/model>", "with an endpoint: its calls go around this model, to the next of its chain");
  about("pause", "stops new calls of an endpoint, a tenant, a key or everything within a second")
    .requiredOption("--reason <text>", "why; kept with your key's name (required)")
    .action(async (endpoint: string | undefined, options: SubjectOptions & { readonly reason: string }) => {
      const subject = requireOne(subjectsOf(endpoint, options), "pause");
      const made = await ask(line.connection(), openPause, {
        body: { subject, reason: options.reason },
        written: { "subject.name": writtenAs(subject), reason: "--reason" },
      });
      line.say(line.json() ? JSON.stringify(made) : pausedText(made, made.already === true));
      if (made.only_here && !line.json()) line.say(ONLY_HERE);
    });
  about("resume", "lets the calls in again; names nothing where one thing alone is paused")
    .option("--reason <text>", "why; kept with your key's name", "Resumed by hand.")
    .action(async (endpoint: string | undefined, options: SubjectOptions & { readonly reason: string }) =>
      resume(line, subjectsOf(endpoint, options), options.reason),
    );
  program
    .command("pauses")
    .description("what is paused, by whom and why")
    .option("--all", "also what was lifted, and what rules only noted")
    .action(async ({ all = false }: { readonly all?: boolean }) => {
      const { data } = await ask(line.connection(), listPauses, { query: { all: String(all) } });
      const head = ["paused", "since", "by", "reason", "lifted"];
      line.say(line.json() ? JSON.stringify(data) : formatTable([head, ...data.map(rowOf)]));
    });
};

const pausedText = ({ subject, id, reason, at, by }: Pause, isOld: boolean): string =>
  isOld
    ? `${named(subject)} was paused already (${id}), since ${at} by ${by}: ${reason}`
    : `${named(subject)} is paused (${id}): ${reason}`;

const inForce = async (line: CommandLine): Promise<readonly Pause[]> =>
  (await ask(line.connection(), listPauses, { query: { limit: "1000" } })).data;

async function resume(line: CommandLine, subjects: readonly Subject[], reason: string): Promise<void> {
  const subject = subjects.length === 0 ? null : requireOne(subjects, "resume");
  const paused = await inForce(line);
  const found = subject === null ? theOnly(paused) : paused.find((one) => named(one.subject) === named(subject));
  const left = paused.some((one) => one !== found && one.subject.type === "everything");
  if (found === undefined) {
    const help = left ? STILL_EVERYTHING : "`rollward pauses` shows what is.";
    throw new CliError(subject === null ? "Nothing is paused." : `${named(subject)} is not paused.`, help);
  }
  const lifted = await ask(line.connection(), liftPause, { params: { pause: found.id }, body: { reason } });
  if (line.json()) return line.say(JSON.stringify(lifted));
  line.say(left ? `The pause of ${named(lifted.subject)} is lifted.` : `${named(lifted.subject)} takes calls again.`);
  if (left) line.say(STILL_EVERYTHING);
}

/** What is meant where nothing is named; none where nothing is paused. */
function theOnly(paused: readonly Pause[]): Pause | undefined {
  if (paused.length <= 1) return paused[0];
  const all = paused.map(({ subject }) => named(subject)).join(", ");
  throw new CliError(`Say what to resume: ${paused.length} things are paused: ${all}.`, NAME_ONE);
}

function subjectsOf(
  endpoint: string | undefined,
  { tenant, key, everything, model }: SubjectOptions,
): readonly Subject[] {
  const named: Subject[] = [];
  if (endpoint === undefined && model !== undefined) {
    throw new CliError("Say whose calls are to go around the model.", "Name an endpoint before --model.");
  }
  if (endpoint !== undefined) {
    named.push(model === undefined ? { type: "endpoint", name: endpoint } : { type: "model", endpoint, name: model });
  }
  if (tenant !== undefined) named.push({ type: "tenant", name: tenant });
  if (key !== undefined) named.push({ type: "key", name: key });
  if (everything === true) named.push({ type: "everything" });
  return named;
}

function requireOne(subjects: readonly Subject[], what: "pause" | "resume"): Subject {
  const [only] = subjects;
  if (only === undefined || subjects.length > 1) throw new CliError(`Say one thing to ${what}.`, NAME_ONE);
  return only;
}

const writtenAs = ({ type }: Subject): string => (type === "endpoint" ? "The argument" : `--${type}`);

function named(subject: Subject): string {
  if (subject.type === "everything") return "everything";
  return subject.type === "model" ? `model ${subject.name} of ${subject.endpoint}` : `${subject.type} ${subject.name}`;
}

const rowOf = ({ subject, at, by, reason, lifted, rule }: Pause): readonly string[] => [
  named(subject),
  at,
  rule === null ? by : `rule ${rule.name}`,
  reason,
  endOf(lifted, rule),
];

function endOf(lifted: Pause["lifted"], rule: Pause["rule"]): string {
  if (rule !== null && rule.outcome !== "paused") return `not paused: ${lifted?.reason ?? ""}`;
  if (lifted !== null) return `${lifted.at} by ${lifted.by}: ${lifted.reason}`;
  return rule?.until == null ? "in force" : `in force until ${rule.until}`;
}
